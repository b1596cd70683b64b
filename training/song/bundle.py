"""The trained parts as one AceStepPipeline, in memory or as a folder."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AceStepConditionEncoder,
    AceStepPipeline,
    AceStepTransformer1DModel,
    AutoencoderOobleck,
    FlowMatchEulerDiscreteScheduler,
)
from transformers import PreTrainedTokenizerFast, Qwen3Model


def assemble(
    vae: AutoencoderOobleck,
    tokenizer: PreTrainedTokenizerFast,
    encoder: Qwen3Model,
    condition: AceStepConditionEncoder,
    transformer: AceStepTransformer1DModel,
) -> AceStepPipeline:
    pipeline = AceStepPipeline(
        vae=vae, text_encoder=encoder, tokenizer=tokenizer, transformer=transformer, condition_encoder=condition,
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
    )  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def load_folder(folder: Path) -> AceStepPipeline:
    """A saved starter, in fp32 whatever it was stored in."""
    pipeline = AceStepPipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def save_folder(pipeline: AceStepPipeline, folder: Path) -> None:
    """fp16 safetensors. Changes the pipeline's weights to fp16: load the folder to go on."""
    pipeline.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    for file in folder.rglob("*.json"):
        # Where it was made is nobody's business.
        settings = json.loads(file.read_text())
        if isinstance(settings, dict) and settings.pop("_name_or_path", None) is not None:
            file.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")


def make(pipeline: AceStepPipeline, text: str, seed: int, steps: int = 16, guidance: float = 3.0,
         shift: float = 4.0, **fields: object) -> torch.Tensor:  # fmt: skip
    """One song (samples,), as the studio asks for it. Fields: bpm, keyscale, timesignature, audio_duration."""
    generator = torch.Generator().manual_seed(seed)
    wanted = {"audio_duration": 10.0, **fields}
    return pipeline(
        prompt=text, lyrics="", num_inference_steps=steps, guidance_scale=guidance, shift=shift, generator=generator,
        **wanted,
    ).audios[0, 0]  # fmt: skip

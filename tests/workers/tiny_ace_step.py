"""An AceStepPipeline with random weights: the classes and files of the large model, tiny, and its sound noise."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AceStepPipeline, AceStepTransformer1DModel, AutoencoderOobleck, FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.ace_step import AceStepConditionEncoder
from transformers import AutoTokenizer, Qwen3Config, Qwen3Model

TOKENIZER = "starters/image/processor"
WIDTH, CHANNELS = 32, 4
STUDIO = {
    "title": "Tiny", "licence": "Apache-2.0", "commercial": True, "seconds": [6, 3], "steps": 24, "max_steps": 300,
    "guidance_scale": 4.0, "keys": ["C major", "A minor"], "rough": True,
    "tasks": ["text2music", "cover", "repaint", "extend"],
    "note": {"en": "Sounds, not music yet.", "ar": "أصوات، وليست موسيقى بعد."},
    "example_prompts": {"en": ["a calm sea"], "ar": ["بحر هادئ"]},
}  # fmt: skip


def save(folder: Path) -> Path:
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    heads: dict[str, Any] = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16}
    AceStepPipeline(
        vae=AutoencoderOobleck(
            encoder_hidden_size=2 * CHANNELS, downsampling_ratios=[8, 10], channel_multiples=[1, 2],
            decoder_channels=8, decoder_input_channels=CHANNELS, audio_channels=1, sampling_rate=8000,
        ),
        text_encoder=Qwen3Model(
            Qwen3Config(
                hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=1, vocab_size=len(tokenizer), **heads
            )
        ),
        tokenizer=tokenizer,
        transformer=AceStepTransformer1DModel(
            hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=1, in_channels=3 * CHANNELS,
            audio_acoustic_hidden_dim=CHANNELS, patch_size=2, **heads,
        ),
        condition_encoder=AceStepConditionEncoder(
            hidden_size=WIDTH, intermediate_size=32, text_hidden_dim=WIDTH, timbre_hidden_dim=CHANNELS,
            num_lyric_encoder_hidden_layers=1, num_timbre_encoder_hidden_layers=1, **heads,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
    ).save_pretrained(folder)  # fmt: skip
    (folder / "studio.json").write_text(json.dumps(STUDIO))
    return folder

"""The trained parts as one QwenImage21Pipeline, in memory or as a folder."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLQwenImage21,
    FlowMatchEulerDiscreteScheduler,
    QwenImage21Pipeline,
    QwenImage21Transformer2DModel,
)
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
)

CHAT_TEMPLATE = (
    "{% for m in messages %}{{'<|im_start|>'+m['role']+'\n'}}{% if m['content'] is string %}{{m['content']}}"
    "{% else %}{% for c in m['content'] %}{% if c['type']=='text' %}{{c['text']}}"
    "{% else %}{{'<|vision_start|><|image_pad|><|vision_end|>'}}{% endif %}{% endfor %}{% endif %}"
    "{{'<|im_end|>\n'}}{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)


class StarterProcessor(Qwen3VLProcessor):
    """Without the video part, which would need torchvision."""

    @classmethod
    def get_attributes(cls) -> list[str]:
        return ["image_processor", "tokenizer"]


def assemble(
    vae: AutoencoderKLQwenImage21,
    tokenizer: PreTrainedTokenizerFast,
    encoder: Qwen3VLForConditionalGeneration,
    transformer: QwenImage21Transformer2DModel,
) -> QwenImage21Pipeline:
    images = Qwen2VLImageProcessor(
        patch_size=16, merge_size=2, temporal_patch_size=2, min_pixels=1024, max_pixels=1 << 24,
        image_mean=[0.5] * 3, image_std=[0.5] * 3,
    )  # fmt: skip
    scheduler = FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True, base_shift=0.5, max_shift=0.9, base_image_seq_len=256, max_image_seq_len=8192
    )
    processor = StarterProcessor(images, tokenizer, chat_template=CHAT_TEMPLATE)
    pipeline = QwenImage21Pipeline(
        scheduler=scheduler, vae=vae, text_encoder=encoder, processor=processor, transformer=transformer
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def load_folder(folder: Path) -> QwenImage21Pipeline:
    """A saved starter, in fp32 whatever it was stored in."""
    processor = StarterProcessor.from_pretrained(folder / "processor")
    pipeline = QwenImage21Pipeline.from_pretrained(folder, processor=processor, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def save_folder(pipeline: QwenImage21Pipeline, folder: Path) -> None:
    """fp16 safetensors. Changes the pipeline's weights to fp16: load the folder to go on."""
    pipeline.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    # Our processor subclass must not be named in the folder, or nobody else could load it.
    index_file = folder / "model_index.json"
    index = json.loads(index_file.read_text())
    index["processor"] = ["transformers", "Qwen3VLProcessor"]
    for name, value in index.items():
        if name == "_name_or_path":
            index[name] = "starter"
        elif isinstance(value, list) and value[0] not in ("transformers", "diffusers"):
            raise ValueError(f"{name} would be loaded from {value[0]}, which is not a public class")
    index_file.write_text(json.dumps(index, indent=2) + "\n")
    for file in (folder / "processor").glob("*.json"):
        settings = json.loads(file.read_text())
        if settings.get("processor_class"):
            settings["processor_class"] = "Qwen3VLProcessor"
        if file.name == "processor_config.json":
            # Where torchvision is installed, the plain class also builds its video part.
            settings.setdefault(
                "video_processor", {**settings["image_processor"], "video_processor_type": "Qwen3VLVideoProcessor"}
            )
            settings["video_processor"].pop("image_processor_type", None)
        file.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")

"""Sample sheets: the same prompts and seeds at every stage of training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from diffusers import QwenImage21Pipeline
from PIL import Image

from training.common import home

if TYPE_CHECKING:
    from training.transformer import Trainer

PROMPTS = (
    "a red boat on the sea at sunset", "the desert at night with a palm tree", "a city at night",
    "two blue houses in the forest by day", "three red apples on a wooden table", "a blue circle on a white background",
    "two yellow stars on a black background", "a red square to the left of a green triangle on white",
    "قارب أحمر في البحر عند الغروب", "الصحراء في الليل مع نخلة", "المدينة في الليل",
    "بيتان أزرقان في الغابة في النهار", "ثلاث تفاحات حمراء على طاولة خشبية", "دائرة زرقاء على خلفية بيضاء",
    "نجمتان صفراوان على خلفية سوداء", "مربع أحمر على يسار مثلث أخضر على خلفية بيضاء",
)  # fmt: skip


def make(
    pipeline: QwenImage21Pipeline, prompt: str, seed: int, steps: int = 16, guidance: float = 3.0, side: int = 128
) -> Image.Image:
    """One picture, exactly as the studio asks for it."""
    out = pipeline(
        prompt=prompt, negative_prompt=" ", true_cfg_scale=guidance, num_inference_steps=steps, height=side, width=side,
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    return out.images[0].convert("RGB")


def tile(images: list[Image.Image], columns: int) -> Image.Image:
    side = images[0].width + 4
    sheet = Image.new("RGB", (columns * side, -(-len(images) // columns) * side), "white")
    for i, image in enumerate(images):
        sheet.paste(image, (i % columns * side, i // columns * side))
    return sheet


def write_sheet(trainer: Trainer) -> Path:
    from training.bundle import assemble

    pipeline = assemble(trainer.pool.vae, trainer.tokenizer, trainer.encoder, trainer.model)
    images = [make(pipeline, prompt, seed, side=trainer.recipe.side) for seed, prompt in enumerate(PROMPTS)]
    path = home() / "sheets" / f"{trainer.step:06d}.png"
    path.parent.mkdir(exist_ok=True)
    tile(images, 8).save(path)
    return path

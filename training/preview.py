"""Fit the linear preview map of a starter to its own finished pictures, and keep it beside the weights.

python -m training.preview starters/image
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image

from app import settings
from app.catalog import describe
from app.workers import preview
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage
from training.captions import caption
from training.scenes import sample_spec

PICTURES = 96
KEPT_BACK = 16
STEPS = 12
SIDE = 8  # pixels of a preview for each latent token: sharper maps gained nothing measurable


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.preview", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    engine = QwenImage(str(folder), choose(settings.get()), folder)
    (folder / "preview.safetensors").unlink(missing_ok=True)
    engine.learns_previews = False
    engine.setup()
    rng = random.Random(0)
    prompts = [caption(sample_spec(seed), rng.choice(("en", "ar")), rng) for seed in range(PICTURES)]
    size = describe(str(folder)).sizes[0][0]
    pairs = engine.pairs(prompts, size, STEPS)
    weights = preview.fit(pairs[KEPT_BACK:], SIDE)
    print(f"{_closeness(weights, pairs[:KEPT_BACK]):.1f} dB on {KEPT_BACK} pictures that it was not fitted on")
    preview.save(folder / "preview.safetensors", preview.fit(pairs, SIDE))


def _closeness(weights: preview.Array, pairs: list[tuple[preview.Array, Image.Image]]) -> float:
    """PSNR of previews of finished latents, enlarged to the pictures' size, against the pictures."""
    values = []
    for latents, picture in pairs:
        drawn = preview.draw(weights, latents).resize(picture.size, Image.Resampling.BICUBIC)
        error = ((np.asarray(drawn, float) - np.asarray(picture.convert("RGB"), float)) ** 2).mean()
        values.append(10 * np.log10(255**2 / max(error, 1e-9)))
    return float(np.mean(values))


if __name__ == "__main__":
    main()

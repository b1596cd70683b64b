"""How a picture may be made: flat, as watercolour, paper cut, pixel art or line drawing.

Every style leaves a mark that can be measured (training/look.py), and none has chance in it:
the same paper, the same shadow, the same blocks each time, whatever is shown.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.floating]

BLOCKS = 32  # pixels of pixel art along a side
INK, PAPER = (38, 40, 52), (252, 250, 244)
WASH, BREATH = 0.84, 0.28  # how much colour there is on the paper
THROW = 0.035  # how far paper throws its shadow, of a side


def finish(image: Image.Image, style: str, size: int) -> Image.Image:
    """The picture in its size, from one drawn flat at twice the size."""
    if style == "pixel art":
        # Few colours: the sky comes in bands.
        return image.resize((BLOCKS, BLOCKS), Image.Resampling.BOX).quantize(32).convert("RGB").resize((size, size), 0)
    if style == "watercolour":
        image = _watercolour(image)
    if style == "line drawing":
        image = _lines(image)
    return image.resize((size, size), Image.Resampling.BOX)


def layers(image: Image.Image, scene: Iterable[None], style: str) -> None:
    """Paint a scene, which yields after each layer. Cut paper throws a hard shadow on what lies below it."""
    below = np.asarray(image).copy()
    for _ in scene:
        if style == "paper cut":
            painted = np.asarray(image)
            sheet = (painted != below).any(2)
            far = round(THROW * image.width)
            shadow = np.zeros_like(sheet)
            shadow[far:, far:] = sheet[:-far, :-far]
            shadow &= ~sheet
            painted = np.where(shadow[:, :, None], (below * 0.55).astype(np.uint8), painted)
            image.paste(Image.fromarray(painted))
            below = painted


def paint(color: NDArray[np.float64], style: str) -> NDArray[np.float64]:
    """What a flat colour, or many of them, becomes where it covers a whole region."""
    share = {"watercolour": WASH, "line drawing": BREATH}.get(style, 1.0)
    return color * share + np.array(PAPER) * (1 - share)


def _watercolour(image: Image.Image) -> Image.Image:
    """Colours run over their edges and gather there, thin on grained paper, and leave a margin."""
    side = image.width
    wet = np.asarray(image.filter(ImageFilter.GaussianBlur(side / 120)), np.float32)
    wide = np.asarray(image.filter(ImageFilter.GaussianBlur(side / 36)), np.float32)
    rim = np.abs(wet - wide).max(2, keepdims=True) / 255
    grain, margin = paper(side)
    thin = (WASH - 0.5 * grain) * (1 - margin)
    laid = wet * (1 - 0.7 * rim)
    return Image.fromarray(np.clip(laid * thin + np.array(PAPER) * (1 - thin), 0, 255).astype(np.uint8))


@functools.cache
def paper(side: int) -> tuple[Pixels, Pixels]:
    """Always the same sheet: its grain around zero, and 1 where no paint comes."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.normal(0, 1, (56, 56)).astype(np.float32))
    grain = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC))
    edge = np.linspace(0, 1, side)
    near = np.minimum(np.minimum(edge, 1 - edge)[:, None], np.minimum(edge, 1 - edge)[None])
    margin = np.clip((0.055 + 0.014 * grain - near) / 0.02, 0, 1)
    return (0.07 * grain)[:, :, None], margin[:, :, None]


def _lines(image: Image.Image) -> Image.Image:
    """Dark outlines of everything, and over the paper no more than a breath of colour."""
    flat = np.asarray(image, np.int16)
    edge = np.zeros(flat.shape[:2], bool)
    edge[1:] |= (np.abs(flat[1:] - flat[:-1]) > 12).any(2)
    edge[:, 1:] |= (np.abs(flat[:, 1:] - flat[:, :-1]) > 12).any(2)
    pen = Image.fromarray(edge).convert("L").filter(ImageFilter.MaxFilter(image.width // 128 * 2 + 1))
    breath = Image.blend(image, Image.new("RGB", image.size, PAPER), 1 - BREATH)
    breath.paste(INK, mask=pen)
    return breath

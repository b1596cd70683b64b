"""A song's cover, drawn from how loud it is along the way: the same picture forms while the song does.

Bars around a middle line, a sky of two colours that the seed chooses. No words: they would be in one language.
"""

import colorsys
import itertools
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

BARS = 48
Array = np.ndarray[Any, Any]


def draw(energy: Array, seed: int, side: int = 1024) -> Image.Image:
    """energy (any length), 0 to 1 -> an RGB square."""
    ink, top, bottom = palette(seed)
    image = Image.fromarray(_sky(top, bottom, side))
    canvas = ImageDraw.Draw(image)
    pitch = side * 0.8 / BARS
    for n, loud in enumerate(bars(energy)):
        height = side * (0.012 + 0.3 * float(loud))
        left = side * 0.1 + n * pitch
        canvas.rounded_rectangle(
            (left + pitch * 0.2, side / 2 - height, left + pitch * 0.8, side / 2 + height), pitch * 0.3, fill=ink
        )
    return image


def bars(energy: Array, count: int = BARS) -> Array:
    """The loudest moment in each of `count` equal parts, a little rounded so that quiet parts are seen as well."""
    places = np.linspace(0, len(energy), count + 1).astype(int)
    loudest = [energy[a : max(a + 1, b)].max(initial=0.0) for a, b in itertools.pairwise(places)]
    return np.clip(np.asarray(loudest, np.float32), 0, 1) ** 0.7


def palette(seed: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Light bars on a deep ground: readable small, and never the same for two songs of a session."""
    hue = (seed * 0.618034) % 1
    return (
        _rgb(hue + 0.45, 0.25, 0.97),
        _rgb(hue, 0.62, 0.42),
        _rgb(hue + 0.09, 0.70, 0.22),
    )


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, ...]:
    return tuple(round(channel * 255) for channel in colorsys.hsv_to_rgb(hue % 1, saturation, value))


def _sky(top: tuple[int, ...], bottom: tuple[int, ...], side: int) -> Array:
    down = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    sky = np.asarray(top, np.float32) * (1 - down) + np.asarray(bottom, np.float32) * down
    return np.broadcast_to(sky, (side, side, 3)).round().astype(np.uint8)

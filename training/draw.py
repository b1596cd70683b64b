"""draw(spec, layout) -> picture. Drawn at twice the size and reduced, so edges are smooth.

Layouts have few free numbers (a slot, a small jitter): every free number is something a
small model must spend capacity on, and chance detail is what it spends it on worst.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import pi, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.scenes import NONE, TABLES, Spec
from training.shapes import PAINTERS, PALETTE, Color, disc, polygon, shade
from training.styles import finish, layers

# A scene yields after each layer, so that a style can work between two of them.
Scene = Iterator[None]

SKIES: dict[str, tuple[Color, Color]] = {  # top, horizon
    "day": ((70, 150, 235), (175, 220, 250)),
    "sunset": ((95, 60, 140), (250, 150, 80)),
    "night": ((10, 14, 42), (30, 38, 84)),
}
LIGHT = {"day": 1.0, "sunset": 0.78, "night": 0.45}
GREY = {"clear": 0.0, "cloudy": 0.3, "rain": 0.75}
GROUNDS: dict[str, Color] = {
    "sea": (30, 110, 175),
    "desert": (222, 178, 110),
    "city": (95, 98, 105),
    "forest": (62, 120, 60),
    "hills": (95, 175, 75),
    "snow": (238, 242, 250),
}
WALL: Color = (243, 232, 208)
TABLE_PAINTS: dict[str, Color] = {name: (70, 130, 205) if name == "blue" else PALETTE[name] for name in TABLES}
# Slots for 1 to 4 things, as fractions of the picture: some arrangements per count.
SLOTS = {
    1: [[(0.5, 0.5)]],
    2: [[(0.29, 0.5), (0.71, 0.5)]],
    3: [[(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)], [(0.5, 0.27), (0.27, 0.7), (0.73, 0.7)]],
    4: [[(0.28, 0.28), (0.72, 0.28), (0.28, 0.72), (0.72, 0.72)]],
}
RADIUS = {1: 0.27, 2: 0.17, 3: 0.135, 4: 0.15}


def draw(spec: Spec, layout: int, size: int = 128) -> Image.Image:
    """The picture of this spec with this layout seed."""
    rng = random.Random(f"layout-{layout}")
    side = size * 2
    image = Image.new("RGB", (side, side), PALETTE.get(spec.background, (0, 0, 0)))
    scene = {"landscape": _landscape, "fruit": _fruit, "shapes": _shapes, "pair": _pair}[spec.kind]
    layers(image, scene(image, spec, rng), spec.style)
    return finish(image, spec.style, size)


def _shapes(image: Image.Image, spec: Spec, rng: random.Random) -> Scene:
    pen, side, count = ImageDraw.Draw(image), image.width, int(spec.count)
    r = side * RADIUS[count] * rng.uniform(0.92, 1.08)
    for x, y in rng.choice(SLOTS[count]):
        x, y = x + rng.uniform(-0.03, 0.03), y + rng.uniform(-0.03, 0.03)
        PAINTERS[spec.thing](pen, x * side, y * side, r, PALETTE[spec.color])
        yield


def _pair(image: Image.Image, spec: Spec, rng: random.Random) -> Scene:
    pen, side = ImageDraw.Draw(image), image.width
    r = side * 0.18 * rng.uniform(0.92, 1.08)
    for x, thing, color in ((0.28, spec.thing, spec.color), (0.72, spec.thing2, spec.color2)):
        x, y = x + rng.uniform(-0.03, 0.03), 0.5 + rng.uniform(-0.03, 0.03)
        PAINTERS[thing](pen, x * side, y * side, r, PALETTE[color])
        yield


def _fruit(image: Image.Image, spec: Spec, rng: random.Random) -> Scene:
    pen, side, count = ImageDraw.Draw(image), image.width, int(spec.count)
    pen.rectangle((0, 0, side, side), fill=WALL)
    yield
    top = 0.56 + rng.uniform(-0.02, 0.02)
    table = TABLE_PAINTS[spec.background]
    pen.rectangle((0, top * side, side, side), fill=table)
    pen.rectangle((0, top * side, side, (top + 0.025) * side), fill=shade(table, 0.8))
    yield
    r = side * {1: 0.21, 2: 0.17, 3: 0.13, 4: 0.1}[count] * rng.uniform(0.95, 1.05)
    for i in range(count):
        x = (i + 0.5) / count * 0.9 + 0.05 + rng.uniform(-0.02, 0.02)
        y = (top + 0.17) * side - r * 0.6
        disc(pen, x * side, y + r * 0.9, r * 0.95, r * 0.16, shade(table, 0.7))
        PAINTERS[spec.thing](pen, x * side, y, r, PALETTE[spec.color])
        yield


def _landscape(image: Image.Image, spec: Spec, rng: random.Random) -> Scene:
    side, light, grey = image.width, LIGHT[spec.time], GREY[spec.weather]
    sky = sky_rows(side, spec.time, spec.weather)[:, None].astype(np.uint8)
    image.paste(Image.fromarray(np.broadcast_to(sky, (side, side, 3))))
    yield
    pen = ImageDraw.Draw(image)
    horizon = (0.62 + rng.uniform(-0.03, 0.03)) * side
    _sun_moon_stars(pen, side, horizon, spec, rng)
    yield
    if spec.weather != "clear":
        tone = shade((246, 246, 250) if spec.weather == "cloudy" else (135, 140, 150), 0.35 + 0.65 * light)
        for slot in (0.2, 0.52, 0.82):
            x, y = (slot + rng.uniform(-0.05, 0.05)) * side, (0.15 + rng.uniform(-0.04, 0.04)) * side
            for dx, dy, r in ((-0.09, 0.02, 0.06), (0, 0, 0.085), (0.09, 0.02, 0.06)):
                disc(pen, x + dx * side, y + dy * side, r * side * 1.1, r * side * 0.75, tone)
        yield
    _ground(pen, side, horizon, spec, shade(GROUNDS[spec.place], light * (1 - 0.25 * grey)), rng)
    yield
    if spec.thing != NONE:
        _things(pen, side, horizon, spec, light, rng)
        yield
    if spec.weather == "rain":
        for i in range(24):
            x, y = ((i % 6) + 0.5 * (i // 6 % 2) + 0.25) / 6 * side, (0.3 + 0.18 * (i // 6)) * side
            pen.line((x, y, x - 0.02 * side, y + 0.08 * side), fill=(185, 200, 220), width=max(2, side // 110))
    yield


def sky_rows(side: int, time: str, weather: str) -> NDArray[np.float64]:
    """The colour of the sky in each row of a picture, from its top."""
    top, low = (np.array(color, float) for color in SKIES[time])
    dull = np.array((150, 155, 165)) * (0.3 + 0.7 * LIGHT[time])
    mix = np.minimum(np.linspace(0, 1.5, side), 1)[:, None]
    return (top * (1 - mix) + low * mix) * (1 - GREY[weather]) + dull * GREY[weather]


def _sun_moon_stars(pen: ImageDraw.ImageDraw, side: int, horizon: float, spec: Spec, rng: random.Random) -> None:
    x = rng.choice((0.25, 0.5, 0.75)) * side
    if spec.weather == "rain":
        return
    if spec.time == "sunset":
        disc(pen, x, horizon - 0.02 * side, 0.11 * side, 0.11 * side, (255, 215, 110))
    elif spec.time == "day":
        disc(pen, x, 0.2 * side, 0.085 * side, 0.085 * side, (255, 225, 80))
    else:
        sky = SKIES["night"][0]
        if spec.weather == "clear":
            for i in range(8):
                sx, sy = ((i % 4) + rng.uniform(0.2, 0.8)) / 4, (0.12 if i < 4 else 0.36) + rng.uniform(-0.05, 0.05)
                disc(pen, sx * side, sy * side, 0.011 * side, 0.011 * side, (250, 250, 225))
        disc(pen, x, 0.2 * side, 0.085 * side, 0.085 * side, (245, 240, 205))
        disc(pen, x + 0.045 * side, 0.18 * side, 0.075 * side, 0.075 * side, shade(sky, 1.02))


def _ground(pen: ImageDraw.ImageDraw, side: int, horizon: float, spec: Spec, color: Color, rng: random.Random) -> None:
    light, phase = LIGHT[spec.time], rng.uniform(0, 2 * pi)
    if spec.place == "city":
        for i in range(8):
            left, top = i * side / 8, horizon - (0.06 + 0.07 * rng.randrange(5)) * side
            wall = shade(((120, 130, 150), (150, 140, 135))[i % 2], light)
            pen.rectangle((left, top, left + side / 8, horizon), fill=wall)
            glass = (255, 225, 120) if spec.time == "night" else shade((200, 220, 235), light)
            for row in range(int((horizon - top) / (0.07 * side))):
                for column in (0.028, 0.075):
                    wx, wy = left + column * side, top + (0.02 + 0.07 * row) * side
                    pen.rectangle((wx, wy, wx + 0.024 * side, wy + 0.03 * side), fill=glass)
    if spec.place == "snow":
        for x, tall in ((0.2, 0.26), (0.55, 0.34), (0.9, 0.24)):
            x += rng.uniform(-0.06, 0.06)
            peak = [(x * side, horizon - tall * side), ((x + tall) * side, horizon), ((x - tall) * side, horizon)]
            pen.polygon(peak, fill=shade((120, 135, 165), light))
            cap = [
                peak[0],
                ((x + tall * 0.3) * side, horizon - tall * 0.7 * side),
                ((x - tall * 0.3) * side, horizon - tall * 0.7 * side),
            ]
            pen.polygon(cap, fill=shade((245, 248, 255), light))
    if spec.place == "hills":
        _wave(pen, side, horizon - 0.05 * side, 0.07 * side, phase, 1.2, shade(color, 0.78))
    if spec.place == "desert":
        _wave(pen, side, horizon - 0.01 * side, 0.035 * side, phase, 1.0, shade(color, 0.86))
        _wave(pen, side, horizon + 0.12 * side, 0.04 * side, phase + 2, 0.8, color)
        return
    pen.rectangle((0, horizon, side, side), fill=color)
    if spec.place == "sea":
        for i in range(6):
            x, y = (0.1 + 0.3 * (i % 3) + 0.15 * (i // 3)) * side, horizon + (0.1 + 0.13 * (i // 3)) * side
            pen.line((x, y, x + 0.13 * side, y), fill=shade(color, 1.25), width=max(2, side // 64))
    if spec.place == "forest":
        for i in range(9):
            x, r = (i * 0.125 + rng.uniform(-0.02, 0.02)) * side, (0.14 + rng.uniform(-0.02, 0.02)) * side
            tone = shade((30, 95, 50), light * (1.0 if i % 2 else 0.8))
            polygon(pen, x, horizon - r * 0.75, r, [(0, -1), (0.6, 0.9), (-0.6, 0.9)], tone)


def _wave(pen: ImageDraw.ImageDraw, side: int, y: float, tall: float, phase: float, turns: float, color: Color) -> None:
    crest = [(x, y + tall * sin(2 * pi * turns * x / side + phase)) for x in range(0, side + 8, 8)]
    pen.polygon([*crest, (side, side), (0, side)], fill=color)


def _things(pen: ImageDraw.ImageDraw, side: int, horizon: float, spec: Spec, light: float, rng: random.Random) -> None:
    count = int(spec.count)
    slots = {"left": [0.22], "right": [0.78], NONE: [rng.choice((0.3, 0.5, 0.7))]}[spec.side]
    if count > 1:
        slots = [(i + 0.5) / count for i in range(count)]
    r = side * {1: 0.15, 2: 0.125, 3: 0.105}[count] * rng.uniform(0.95, 1.08)
    base = horizon + 0.2 * side if spec.thing != "balloon" else 0.42 * side
    color = PALETTE["leaf"] if spec.color == NONE else PALETTE[spec.color]
    # Things lose less light than the land, or their colours could not be told apart at night.
    color = shade(color, 0.55 + 0.45 * light)
    for x in slots:
        x, y = x + rng.uniform(-0.03, 0.03), base + rng.uniform(-0.02, 0.02) * side
        PAINTERS[spec.thing](pen, x * side, y - r * 0.9, r, color)

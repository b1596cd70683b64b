"""The single things that can be drawn: shapes, fruit, boats, houses and so on."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from PIL.ImageDraw import ImageDraw

Color = tuple[int, int, int]
Painter = Callable[[ImageDraw, float, float, float, Color], None]

PALETTE: dict[str, Color] = {
    "red": (222, 45, 38),
    "orange": (245, 140, 30),
    "yellow": (250, 215, 50),
    "green": (50, 160, 70),
    "blue": (40, 95, 215),
    "purple": (128, 60, 175),
    "pink": (245, 130, 180),
    "white": (245, 245, 245),
    "black": (30, 30, 34),
    "wooden": (150, 95, 50),
    "brown": (115, 75, 45),
    "leaf": (40, 120, 60),
}


def shade(color: Color, factor: float) -> Color:
    """Darker below 1, lighter above 1."""
    if factor <= 1:
        return tuple(int(value * factor) for value in color)  # type: ignore[return-value]
    return tuple(int(value + (255 - value) * (factor - 1)) for value in color)  # type: ignore[return-value]


def disc(pen: ImageDraw, x: float, y: float, rx: float, ry: float, color: Color) -> None:
    pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=color)


def polygon(pen: ImageDraw, x: float, y: float, r: float, points: list[tuple[float, float]], color: Color) -> None:
    """Points are in units of r around (x, y)."""
    pen.polygon([(x + r * px, y + r * py) for px, py in points], fill=color)


def circle(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    disc(pen, x, y, r, r, color)


def square(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r * 0.88, [(-1, -1), (1, -1), (1, 1), (-1, 1)], color)


def triangle(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(0, -1), (1.05, 0.85), (-1.05, 0.85)], color)


def diamond(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(0, -1.15), (0.8, 0), (0, 1.15), (-0.8, 0)], color)


def star(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    turns = [(pi * i / 5, 1.15 if i % 2 == 0 else 0.5) for i in range(10)]
    polygon(pen, x, y, r, [(s * sin(a), -s * cos(a)) for a, s in turns], color)


def heart(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    turns = [2 * pi * i / 60 for i in range(60)]
    curve = [(sin(t) ** 3, -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) / 15) for t in turns]
    polygon(pen, x, y, r * 1.08, curve, color)


def apple(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    disc(pen, x - 0.38 * r, y, 0.62 * r, 0.85 * r, color)
    disc(pen, x + 0.38 * r, y, 0.62 * r, 0.85 * r, color)
    pen.line((x, y - 0.6 * r, x + 0.1 * r, y - 1.15 * r), fill=PALETTE["brown"], width=max(2, int(r * 0.14)))
    disc(pen, x + 0.42 * r, y - 1.0 * r, 0.32 * r, 0.16 * r, PALETTE["leaf"])


def orange(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    disc(pen, x, y, 0.9 * r, 0.9 * r, color)
    disc(pen, x, y - 0.78 * r, 0.2 * r, 0.12 * r, PALETTE["leaf"])


def lemon(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(
        pen, x, y + 0.2 * r, r, [(-1.15, 0), (-0.6, -0.35), (0.6, -0.35), (1.15, 0), (0.6, 0.35), (-0.6, 0.35)], color
    )
    disc(pen, x, y + 0.2 * r, 0.88 * r, 0.62 * r, color)


def banana(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    turns = [pi * (0.02 + 0.96 * i / 24) for i in range(25)]
    outer = [(1.15 * cos(t), 1.05 * sin(t) - 0.2) for t in turns]
    inner = [(1.0 * cos(t), 0.45 * sin(t) - 0.2) for t in reversed(turns)]
    polygon(pen, x, y, r, outer + inner, color)
    disc(pen, x - 1.07 * r, y - 0.2 * r, 0.14 * r, 0.14 * r, PALETTE["brown"])
    disc(pen, x + 1.07 * r, y - 0.2 * r, 0.14 * r, 0.14 * r, PALETTE["brown"])


def pear(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    disc(pen, x, y + 0.25 * r, 0.75 * r, 0.65 * r, color)
    disc(pen, x, y - 0.45 * r, 0.42 * r, 0.55 * r, color)
    pen.line((x, y - 0.9 * r, x + 0.1 * r, y - 1.3 * r), fill=PALETTE["brown"], width=max(2, int(r * 0.14)))


def boat(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-1.2, 0.3), (1.2, 0.3), (0.8, 0.95), (-0.8, 0.95)], color)
    pen.line((x, y + 0.3 * r, x, y - 1.2 * r), fill=PALETTE["brown"], width=max(2, int(r * 0.12)))
    polygon(pen, x, y, r, [(0.08, -1.2), (0.95, 0.15), (0.08, 0.15)], (250, 246, 236))


def car(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-0.65, 0.1), (-0.45, -0.45), (0.45, -0.45), (0.65, 0.1)], color)
    polygon(pen, x, y, r, [(-0.42, 0.05), (-0.32, -0.3), (0.32, -0.3), (0.42, 0.05)], (190, 220, 240))
    polygon(pen, x, y, r, [(-1.15, 0.05), (1.15, 0.05), (1.15, 0.6), (-1.15, 0.6)], color)
    for wheel in (-0.62, 0.62):
        disc(pen, x + wheel * r, y + 0.62 * r, 0.28 * r, 0.28 * r, (25, 25, 28))


def house(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-0.85, -0.2), (0.85, -0.2), (0.85, 0.95), (-0.85, 0.95)], color)
    polygon(pen, x, y, r, [(-1.1, -0.2), (0, -1.05), (1.1, -0.2)], (105, 60, 45))
    polygon(pen, x, y, r, [(-0.2, 0.35), (0.2, 0.35), (0.2, 0.95), (-0.2, 0.95)], (70, 45, 35))


def balloon(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-0.68, 0.1), (0.68, 0.1), (0.2, 0.75), (-0.2, 0.75)], color)
    disc(pen, x, y - 0.3 * r, 0.82 * r, 0.82 * r, color)
    polygon(pen, x, y, r, [(-0.22, 0.88), (0.22, 0.88), (0.18, 1.2), (-0.18, 1.2)], PALETTE["brown"])


def palm(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-0.13, 0.95), (0.13, 0.95), (0.08, -0.5), (-0.08, -0.5)], PALETTE["brown"])
    for bend in (-1.0, -0.55, 0.55, 1.0):
        drop = -0.15 if abs(bend) == 1 else -1.0
        polygon(
            pen,
            x,
            y,
            r,
            [(0, -0.72), (bend * 0.55, drop - 0.42), (bend, drop), (bend * 0.5, drop - 0.05), (0, -0.42)],
            color,
        )


def tree(pen: ImageDraw, x: float, y: float, r: float, color: Color) -> None:
    polygon(pen, x, y, r, [(-0.14, 0), (0.14, 0), (0.14, 0.95), (-0.14, 0.95)], PALETTE["brown"])
    disc(pen, x, y - 0.35 * r, 0.72 * r, 0.72 * r, color)


PAINTERS: dict[str, Painter] = {
    f.__name__: f
    for f in (circle, square, triangle, diamond, star, heart, apple, orange, lemon, banana, pear,
              boat, car, house, balloon, palm, tree)
}  # fmt: skip

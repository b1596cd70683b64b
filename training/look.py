"""What can be seen in a picture with nothing learned: styles by marks, colours by the nearest paint, things as blobs.

The grammar says which paints there are, how a sky fades and what outline a thing has. So a
check asks which of them explains the pixels best, and is right if that is what was asked.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from training.draw import GREY, GROUNDS, LIGHT, SKIES, TABLE_PAINTS, WALL, sky_rows
from training.scenes import COLORS, FRUITS, NATURAL, NONE, PLACES, SHAPES, TABLES, THINGS, Spec
from training.shapes import PAINTERS, PALETTE, Color, shade
from training.styles import BLOCKS, INK, THROW, paint, paper

Pixels = NDArray[np.float64]
Mask = NDArray[np.bool_]
SIDE, FAR, OTHER = 128, 80, "other"
# Parts of things, and what else is painted in no colour that can be asked for.
PARTS: tuple[Color, ...] = (PALETTE["brown"], PALETTE["leaf"], (250, 246, 236), (105, 60, 45), (70, 45, 35),
                            (190, 220, 240), (25, 25, 28))  # fmt: skip


def check(image: Image.Image, spec: Spec) -> dict[str, bool]:
    """Each thing the spec says, and whether the picture shows it."""
    pixels = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float)
    style = style_of(pixels)
    seen = {"style": style == spec.style}
    if spec.kind == "landscape":
        time, weather = sky_of(pixels, style)
        place = ground_of(pixels, style, time, weather)
        seen |= {"place": place == spec.place, "time of day": time == spec.time, "weather": weather == spec.weather}
        if spec.thing == NONE:
            return seen
        rows = slice(13, 62) if spec.thing == "balloon" else slice(64, 112)
        scenery, light, family = _scenery(place, time, weather), 0.55 + 0.45 * LIGHT[time], THINGS[place]
    elif spec.kind == "fruit":
        rows, light, family = slice(38, 112), 1.0, tuple(FRUITS)
        table = min(TABLES, key=lambda name: _apart(np.median(pixels[112:122], (0, 1)), TABLE_PAINTS[name], style))
        scenery = [WALL, *(shade(TABLE_PAINTS[table], factor) for factor in (1, 0.8, 0.7))]
        seen["background"] = table == spec.background
    else:
        rows, light, family = slice(6, 122), 1.0, SHAPES
        ring = np.concatenate([pixels[8:120, 8:12], pixels[8:120, 116:120]], axis=1)
        ground = min(COLORS, key=lambda name: _apart(np.median(ring, (0, 1)), PALETTE[name], style))
        scenery = [PALETTE[ground]]
        seen["background"] = ground == spec.background
    if style == "watercolour":
        pixels = np.where(paper(SIDE)[1] > 0.1, np.nan, pixels)
    return seen | _things(pixels[rows], spec, style, scenery, light, family)


def _things(
    pixels: Pixels, spec: Spec, style: str, scenery: list[Color], light: float, family: tuple[str, ...]
) -> dict[str, bool]:
    """Colour, count, outline and side, from the blobs of one colour in the part of the picture where things stand."""
    tints = {name: shade(PALETTE[name], light) for name in COLORS if PALETTE[name] not in scenery}
    if spec.thing in NATURAL:
        tints = {NONE: shade(PALETTE["leaf"], light)}
    parts = PARTS if spec.kind in ("landscape", "fruit") else ()
    ground = [*scenery, *(shade(c, light) for c in parts if c not in tints.values())]
    shadows = [shade(color, 0.55) for color in scenery] if style == "paper cut" else []
    labels = nearest(pixels, [*tints.values(), *ground, *shadows], style)
    masks = {name: opened(labels == i) for i, name in enumerate(tints)}
    area = {name: int(mask.sum()) for name, mask in masks.items()}
    most = sorted(area, key=area.__getitem__, reverse=True)
    if spec.kind == "pair":
        left, right = sorted(most[:2], key=lambda name: float(np.nonzero(masks[name])[1].mean() if area[name] else 0))
        found = {spec.color: left == spec.color, spec.color2: right == spec.color2}
        return {
            "colour": all(found.values()), "left or right": all(found.values()),
            "thing": all(outline(masks[tint], family) == thing if found[tint] else False
                         for tint, thing in ((spec.color, spec.thing), (spec.color2, spec.thing2))),
        }  # fmt: skip
    seen: dict[str, bool] = {} if spec.thing in NATURAL else {"colour": most[0] == spec.color}
    mask = masks[most[0]]
    blobs = blobs_of(mask) if spec.kind == "shapes" else columns_of(mask)
    if not blobs:
        return seen | {"count": False, "thing": False} | ({"left or right": False} if spec.side != NONE else {})
    if spec.kind == "fruit":
        blobs = [one for blob in blobs for one in apart(blob, spec.thing)]
    seen |= {"count": len(blobs) == int(spec.count), "thing": outline(max(blobs, key=np.sum), family) == spec.thing}
    if spec.side != NONE:
        middle = float(np.nonzero(mask)[1].mean()) / SIDE
        seen["left or right"] = middle < 0.42 if spec.side == "left" else middle > 0.58
    return seen


def style_of(pixels: Pixels) -> str:
    """The mark each style leaves, the clearest first."""
    grey = pixels.mean(2)
    side = SIDE // BLOCKS
    blocks = grey.reshape(BLOCKS, side, BLOCKS, side)
    if blocks.std((1, 3)).mean() < 0.25 * np.abs(np.diff(grey, axis=1)).mean():
        return "pixel art"
    dark = grey < 110
    thin = dark & ~opened(dark, 7)
    if thin.mean() > 0.02 and np.quantile(grey[~dark & ~grown(dark, 3)], 0.1) > 178 and dark.mean() < 0.5:
        return "line drawing"
    ring = np.concatenate([grey[:2].ravel(), grey[-2:].ravel(), grey[:, :2].ravel(), grey[:, -2:].ravel()])
    tint = np.median(pixels[:, :2], (0, 1))
    if ring.mean() > 235 and tint[0] - tint[2] > 4:
        return "watercolour"
    return "paper cut" if _shadowed(pixels) else "flat"


def _shadowed(pixels: Pixels) -> bool:
    """More pixels at the lower right of something are the darker ground beyond them than at the upper left."""
    far = round(THROW * SIDE)
    middle = pixels[2 * far : -2 * far, 2 * far : -2 * far]

    def share(way: int) -> float:
        def moved(by: int) -> Pixels:
            at = 2 * far + way * by
            return pixels[at : at + len(middle), at : at + len(middle)]

        beyond = moved(far + 1)
        darker = (np.abs(middle - 0.55 * beyond) < 4 + 0.06 * beyond).all(2)
        return float((darker & (np.abs(moved(-far) - middle).max(2) > 12)).mean())

    return share(1) - share(-1) > 0.0075


def sky_of(pixels: Pixels, style: str) -> tuple[str, str]:
    """Time and weather: which of the nine skies comes nearest to the third of the pixels that it explains best."""
    rows = slice(8, 40)  # above most of what stands on the ground

    def apart(time: str, weather: str) -> float:
        sky = sky_rows(SIDE, time, weather)[rows]
        return float(np.quantile(np.abs(pixels[rows, 8:120] - paint(sky, style)[:, None]).sum(2), 0.35))

    return min(((t, w) for t in SKIES for w in GREY), key=lambda pair: apart(*pair))


def ground_of(pixels: Pixels, style: str, time: str, weather: str) -> str:
    seen = np.median(pixels[114:120, 8:120], (0, 1))
    light = LIGHT[time] * (1 - 0.25 * GREY[weather])
    return min(PLACES, key=lambda place: _apart(seen, shade(GROUNDS[place], light), style))


def _scenery(place: str, time: str, weather: str) -> list[Color]:
    light = LIGHT[time]
    ground = shade(GROUNDS[place], light * (1 - 0.25 * GREY[weather]))
    sky: list[Color] = [(int(r), int(g), int(b)) for r, g, b in sky_rows(SIDE, time, weather)[8:90:12]]
    extra: dict[str, list[Color]] = {
        "city": [(120, 130, 150), (150, 140, 135), (200, 220, 235)],
        "snow": [(120, 135, 165), (245, 248, 255)],
        "forest": [(30, 95, 50), (24, 76, 40)],
    }
    lamps: list[Color] = {"sunset": [(255, 215, 110)], "day": [(255, 225, 80)]}.get(time, [(245, 240, 205)])
    cloud = shade((246, 246, 250) if weather == "cloudy" else (135, 140, 150), 0.35 + 0.65 * light)
    waves = [shade(ground, factor) for factor in (0.78, 0.86, 1.25)]
    glass = [(255, 225, 120)] if place == "city" and time == "night" else []
    rain = [(185, 200, 220)] if weather == "rain" else []
    return [*sky, ground, *waves, *(shade(c, light) for c in extra.get(place, [])), *lamps, *glass, *rain,
            *([cloud] if weather != "clear" else [])]  # fmt: skip


def _apart(seen: Pixels, color: Color, style: str) -> float:
    return float(np.abs(seen - paint(np.array(color, float), style)).sum())


def nearest(pixels: Pixels, paints: list[Color], style: str) -> NDArray[np.int64]:
    """For each pixel the number of the paint next to it, or -1 where none is near or a pen went."""
    colors = paint(np.array(paints, float), style)
    if style == "line drawing":
        colors = np.concatenate([colors, [INK]])
    far = np.nan_to_num(np.abs(pixels[:, :, None] - colors).sum(3), nan=FAR + 1)
    found = far.argmin(2)
    return np.where((far.min(2) > FAR) | (found >= len(paints)), -1, found)


def _filtered(mask: Mask, filter: ImageFilter.Filter) -> Mask:
    return np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).filter(filter)) > 0


def grown(mask: Mask, size: int) -> Mask:
    return _filtered(mask, ImageFilter.MaxFilter(size))


def opened(mask: Mask, size: int = 3) -> Mask:
    """Without what is thinner than `size`."""
    return grown(_filtered(mask, ImageFilter.MinFilter(size)), size)


def _kept(parts: list[Mask]) -> list[Mask]:
    """Specks are no things: what has less than a quarter of the largest part goes."""
    most = max((part.sum() for part in parts), default=0)
    return [part for part in parts if part.sum() >= max(12, most / 4)]


def _cropped(mask: Mask) -> Mask:
    y, x = np.nonzero(mask)
    return mask[y.min() : y.max() + 1, x.min() : x.max() + 1]


def columns_of(mask: Mask) -> list[Mask]:
    """Things beside each other: what hangs together seen from above, however many pieces it has."""
    full = grown(np.tile(mask.any(0), (3, 1)), 3)[1]
    ends = np.flatnonzero(np.diff(np.pad(full.astype(int), 1)))
    return _kept([_cropped(mask[:, a:b]) for a, b in zip(ends[::2], ends[1::2], strict=True) if mask[:, a:b].any()])


def blobs_of(mask: Mask) -> list[Mask]:
    """Pieces that hang together: each pixel takes the highest number among its neighbours until none changes."""
    numbers = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        wide = np.pad(numbers, 1)
        best = np.max([wide[y : y + mask.shape[0], x : x + mask.shape[1]] for y in range(3) for x in range(3)], axis=0)
        best = np.where(mask, best, 0)
        if (best == numbers).all():
            return _kept([_cropped(numbers == number) for number in np.unique(numbers[mask])])
        numbers = best


@functools.cache
def silhouettes(thing: str) -> list[Mask]:
    """The part of a thing that has its colour, small and large: opened, as what is looked for is."""
    masks = []
    for radius in (12, 16, 30):
        picture = Image.new("RGB", (192, 192))
        PAINTERS[thing](ImageDraw.Draw(picture), 96, 96, 2 * radius, (255, 0, 255))
        small = np.asarray(picture.getchannel("B").resize((96, 96), Image.Resampling.BOX))
        masks.append(_cropped(opened(small > 128)))
    return masks


def apart(blob: Mask, thing: str) -> list[Mask]:
    """As many of a thing as fit beside each other into a blob: fruit on a full table touch."""
    tall, wide = silhouettes(thing)[0].shape
    one = blob.shape[0] * wide / tall
    return np.array_split(blob, max(1, round(1 + (blob.shape[1] / one - 1) / 0.95)), axis=1)


def _framed(mask: Mask) -> Pixels:
    """In the middle of a square of 24, as large as it goes, not stretched."""
    most = max(mask.shape)
    square = np.zeros((most, most), np.uint8)
    y, x = (most - mask.shape[0]) // 2, (most - mask.shape[1]) // 2
    square[y : y + mask.shape[0], x : x + mask.shape[1]] = mask * 255
    return np.asarray(Image.fromarray(square).resize((24, 24), Image.Resampling.BOX)) / 255


def outline(mask: Mask, family: tuple[str, ...]) -> str:
    """Which of the family covers the same ground: the largest intersection over union."""
    if not mask.any():
        return OTHER
    seen = _framed(_cropped(mask))

    def alike(thing: str) -> float:
        true = [_framed(mask) for mask in silhouettes(thing)]
        return max(float(np.minimum(seen, mask).sum() / np.maximum(seen, mask).sum()) for mask in true)

    return max(family, key=alike)

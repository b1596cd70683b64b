"""Which part of a picture is made anew, said by strokes, edges or a picture of its own; and how the rest is kept."""

from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

LIGHT = 128
FEATHER = 1 / 64
"Of the shorter side: how softly the new part begins, all of it within the mask."


def draw(params: dict[str, Any], size: tuple[int, int], given: Image.Image | None = None) -> Image.Image:
    """L, of the source's size: 255 where it is made anew."""
    mask = Image.new("L", size)
    if given is not None:
        mask.paste(given.convert("L").point(lambda light: 255 if light >= LIGHT else 0))
    canvas = ImageDraw.Draw(mask)
    width, height = size
    if "mask_right" in params:
        left, right = (params.get(edge, 0) * width / 100 for edge in ("mask_left", "mask_right"))
        top, bottom = (params.get(edge, 0) * height / 100 for edge in ("mask_top", "mask_bottom"))
        canvas.rectangle((left, top, right - 1, bottom - 1), fill=255)
    for brush, *numbers in params.get("mask", []):
        points = [(x * width / 1000, y * height / 1000) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        radius = max(1.0, brush * width / 2000)
        canvas.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:
            canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask


def keep_outside(made: Image.Image, source: Image.Image, mask: Image.Image) -> Image.Image:
    """The source's own pixels where the mask is dark, to the last bit: no decoder gives them back so."""
    kept = ImageOps.fit(source.convert("RGB"), made.size, Image.Resampling.LANCZOS)
    hard = ImageOps.fit(mask, made.size, Image.Resampling.NEAREST)
    soft = hard.filter(ImageFilter.GaussianBlur(min(made.size) * FEATHER))
    # A blur reaches over the edge to both sides; what it takes inside is enough.
    return Image.composite(made, kept, ImageChops.darker(hard, soft.point(lambda light: max(0, 2 * light - 255))))

"""A picture as files: the original, what pages show of it, and a card for links elsewhere."""

import io
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.workers import labels
from app.workers.labels import Words

THUMB = 512
CARD = (1200, 630)
VEIL = 6
"What is left of a picture behind its veil, across: where it is light and dark, and which colours; no shape."
IN_A_SONG = 320


def files(image: Image.Image, words: Words = labels.NONE) -> dict[str, bytes]:
    return {"original.png": original(image, words), **to_show(image)}


def original(image: Image.Image, words: Words = labels.NONE) -> bytes:
    said = PngInfo()
    said.add_itxt("XML:com.adobe.xmp", labels.xmp(words).decode())
    return _bytes(image, "PNG", compress_level=4, pnginfo=said)


def to_show(image: Image.Image) -> dict[str, bytes]:
    """They say that a machine made them, and never more: whoever looks at a page has these."""
    thumb = image.copy()
    thumb.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    said = labels.xmp()
    return {
        "full.webp": _bytes(image, "WEBP", quality=90, method=4, xmp=said),
        "thumb.webp": _bytes(thumb, "WEBP", quality=85, method=4, xmp=said),
        "card.jpg": _bytes(card(image), "JPEG", quality=85, xmp=said),
    }


def veils(image: Image.Image) -> dict[str, bytes]:
    """What others see in its place until they press (app/domain/veiling.py), as large as what it stands for."""
    hazy = _hazy(image)
    small = hazy.copy()
    small.thumbnail((THUMB, THUMB), Image.Resampling.BILINEAR)
    said = labels.xmp()
    return {
        "veil.webp": _bytes(small, "WEBP", quality=60, method=4, xmp=said),
        "veil.jpg": _bytes(card(hazy), "JPEG", quality=70, xmp=said),
    }


def _hazy(image: Image.Image) -> Image.Image:
    """First made so small that nothing is there any more that anybody could sharpen again."""
    across, down = VEIL, max(2, min(3 * VEIL, round(VEIL * image.height / image.width)))
    return (
        image.convert("RGB").resize((across, down), Image.Resampling.BOX).resize(image.size, Image.Resampling.BICUBIC)
    )


def in_a_song(image: Image.Image) -> bytes:
    """Small enough to travel in each of a song's files."""
    small = image.convert("RGB")
    small.thumbnail((IN_A_SONG, IN_A_SONG), Image.Resampling.LANCZOS)
    return _bytes(small, "JPEG", quality=80, xmp=labels.xmp())


def card(image: Image.Image) -> Image.Image:
    """The picture whole, on a ground of its own mean colour darkened, in the shape that links unfold to."""
    ground = tuple(channel // 3 for channel in mean_color(image))
    canvas = Image.new("RGB", CARD, ground)
    scale = min(CARD[0] / image.width, CARD[1] / image.height)
    fitted = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    canvas.paste(fitted, ((CARD[0] - fitted.width) // 2, (CARD[1] - fitted.height) // 2))
    return canvas


def mean_color(image: Image.Image) -> tuple[int, int, int]:
    pixel: Any = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return pixel  # type: ignore[no-any-return]


def hex_color(image: Image.Image) -> str:
    red, green, blue = mean_color(image)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Nothing that came along with the pixels is written, only what is said here."""
    plain = image.copy()
    plain.info = {}
    buffer = io.BytesIO()
    plain.save(buffer, kind, exif=b"", **options)
    return buffer.getvalue()

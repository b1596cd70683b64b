"""A finished picture's files: the original, a WebP to show, a small one for grids, and a card for links elsewhere."""

import io
from contextlib import suppress
from typing import Any
from uuid import uuid4

from PIL import Image

from app import storage
from app.domain.library import folder
from app.domain.work import Made
from app.workers.engine import Picture

THUMB = 512
CARD = (1200, 630)


def files(image: Image.Image) -> dict[str, bytes]:
    """No metadata in any of them: prompts are not for whoever happens to have the file."""
    thumb = image.copy()
    thumb.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    return {
        "original.png": _bytes(image, "PNG", compress_level=4),
        "full.webp": _bytes(image, "WEBP", quality=90, method=4),
        "thumb.webp": _bytes(thumb, "WEBP", quality=85, method=4),
        "card.jpg": _bytes(card(image), "JPEG", quality=85),
    }


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


async def store(picture: Picture, position: int, made: dict[str, bytes]) -> Made:
    """Bytes first; the row that names them comes after. A fresh id, so that a zombie never writes over anything."""
    creation_id = uuid4()
    try:
        for name, data in made.items():
            await storage.put(f"{folder(creation_id)}/{name}", data)
    except Exception:
        with suppress(Exception):
            await storage.delete_all(folder(creation_id))
        raise
    red, green, blue = mean_color(picture.image)
    return Made(
        id=creation_id, position=position, seed=picture.seed, width=picture.image.width,
        height=picture.image.height, bytes=len(made["original.png"]), color=f"#{red:02x}{green:02x}{blue:02x}",
    )  # fmt: skip


async def discard(made: list[Made]) -> None:
    for one in made:
        await storage.delete_all(folder(one.id))


def _bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()

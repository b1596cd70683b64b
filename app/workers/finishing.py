"""A finished picture's or song's files: the original, what pages show and play, and a card for links elsewhere."""

import io
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
from PIL import Image

from app import storage
from app.domain.library import folder
from app.domain.work import Made
from app.workers import cover, sound
from app.workers.engine import Picture, Song

THUMB = 512
CARD = (1200, 630)
SOUNDS = {"original.flac": "flac", "listen.opus": "opus", "listen.m4a": "m4a", "listen.mp3": "mp3"}


def files(image: Image.Image) -> dict[str, bytes]:
    """No metadata in any of them: prompts are not for whoever happens to have the file."""
    return {"original.png": _bytes(image, "PNG", compress_level=4), **_to_show(image)}


def song_files(song: Song) -> dict[str, bytes]:
    """A master without loss, three to play or take along, the outline that players draw, and a cover."""
    heard = {file: sound.tagged(sound.encode(song.samples, song.rate, kind), kind) for file, kind in SOUNDS.items()}
    outline = {"seconds": song.samples.shape[1] / song.rate, "peaks": sound.peaks(song.samples)}
    return {
        **heard, "peaks.json": msgspec.json.encode(outline), **_to_show(cover.draw(song.energy, song.seed)),
    }  # fmt: skip


def _to_show(image: Image.Image) -> dict[str, bytes]:
    thumb = image.copy()
    thumb.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    return {
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


async def store(finished: Picture | Song, position: int, made: dict[str, bytes]) -> Made:
    """Bytes first; the row that names them comes after. A fresh id, so that a zombie never writes over anything."""
    creation_id = uuid4()
    try:
        for name, data in made.items():
            await storage.put(f"{folder(creation_id)}/{name}", data)
    except Exception:
        with suppress(Exception):
            await storage.delete_all(folder(creation_id))
        raise
    return Made(id=creation_id, position=position, seed=finished.seed, **_figures(finished, made))


def _figures(finished: Picture | Song, made: dict[str, bytes]) -> dict[str, Any]:
    original = next(data for name, data in made.items() if name.startswith("original."))
    if isinstance(finished, Picture):
        image, more = finished.image, {}
    else:
        image = Image.open(io.BytesIO(made["full.webp"]))
        more = {
            "seconds": finished.samples.shape[1] / finished.rate,
            "gain": sound.gain(finished.samples, finished.rate),
        }
    red, green, blue = mean_color(image)
    return {
        "width": image.width, "height": image.height, "bytes": len(original),
        "color": f"#{red:02x}{green:02x}{blue:02x}", **more,
    }  # fmt: skip


async def discard(made: list[Made]) -> None:
    for one in made:
        await storage.delete_all(folder(one.id))


def _bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()

"""A finished picture's or song's files, signed and stored: the original, what pages show and play, a card for links."""

import asyncio
import io
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
from PIL import Image

from app import storage
from app.decoding import hearing
from app.decoding.pictures import likeness
from app.domain.library import folder
from app.domain.work import Made
from app.workers import cover, labels, provenance, shown, sound
from app.workers.engine import Picture, Song

SOUNDS = {"original.flac": "flac", "listen.opus": "opus", "listen.m4a": "m4a", "listen.mp3": "mp3"}


def song_files(song: Song) -> dict[str, bytes]:
    """A master without loss, three to play or take along, the outline that players draw, and a cover."""
    drawn = cover.draw(song.energy, song.seed)
    small = shown.in_a_song(drawn)
    heard = {
        file: labels.tagged(sound.encode(song.samples, song.rate, kind), kind, small) for file, kind in SOUNDS.items()
    }
    outline = {"seconds": song.samples.shape[1] / song.rate, "peaks": sound.peaks(song.samples)}
    return {**heard, "peaks.json": msgspec.json.encode(outline), **shown.to_show(drawn)}


async def store(
    finished: Picture | Song, position: int, made: dict[str, bytes], signers: list[str] | None = None
) -> Made:  # fmt: skip
    """Bytes first; the row that names them comes after. A fresh id, so that a zombie never writes over anything."""
    creation_id = uuid4()
    made = await asyncio.to_thread(provenance.signed, made, creation_id, signers)
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
        image = finished.image
        more: dict[str, Any] = {"likeness": likeness(image)}
    else:
        image = Image.open(io.BytesIO(made["full.webp"]))
        more = {
            "seconds": finished.samples.shape[1] / finished.rate,
            "gain": sound.gain(finished.samples, finished.rate),
            "heard": hearing.of(finished.samples, finished.rate),
        }
    return {
        "width": image.width, "height": image.height, "bytes": len(original), "color": shown.hex_color(image), **more,
    }  # fmt: skip


async def discard(made: list[Made]) -> None:
    for one in made:
        await storage.delete_all(folder(one.id))

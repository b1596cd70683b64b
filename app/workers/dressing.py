"""A finished piece's files written anew: words inside, another cover, a veil over it; signed again, same id."""

import asyncio
import io
import logging
from typing import Any
from uuid import UUID

from PIL import Image

from app import storage
from app.domain import releases, sources
from app.domain.library import folder
from app.errors import NotFound
from app.models import Account, Creation, Kind, Release
from app.workers import labels, provenance, shown
from app.workers.finishing import SOUNDS
from app.workers.labels import Words

logger = logging.getLogger(__name__)

DRAWN = "drawn.webp"
"The studio's own cover, kept from the first change on, so that there is a way back."


async def make_waiting() -> int:
    waiting = await releases.waiting()
    for release in waiting:
        try:
            await dress(release)
        except NotFound:
            await releases.drop(release)
        except Exception:
            logger.exception("the files of creation %s could not be written anew", release.creation)
    return len(waiting)


async def dress(release: Release) -> None:
    creation = await Creation.objects().get(Creation.id == release.creation).output(load_json=True)
    maker = await Account.objects().get(Account.id == creation.owner) if creation else None
    if creation is None or maker is None:
        raise NotFound
    params: Any = creation.params
    words = Words(creation.title, maker.name, creation.prompt, params.get("lyrics") or "")
    words = words if release.words else labels.NONE
    if creation.kind == Kind.SONG:
        cover = await _cover(release)
        sounds = {name: await storage.get(f"{folder(creation.id)}/{name}") for name in SOUNDS}
        files, figures = await asyncio.to_thread(_song, sounds, cover, words, creation.veiled)
    else:
        before = await storage.get(_key(creation.id, "original.png"))
        files, figures = await asyncio.to_thread(_picture, before, words, creation.veiled)
    files = await asyncio.to_thread(provenance.signed, files, creation.id, await sources.signers(params))
    for name, data in files.items():
        await storage.put(_key(creation.id, name), data)
    original = next(data for name, data in files.items() if name.startswith("original."))
    await releases.done(release, creation.owner, {Creation.bytes: len(original)} | figures)


async def _cover(release: Release) -> bytes:
    own = _key(release.creation, DRAWN)
    if own not in await storage.keys(folder(release.creation)):
        await storage.put(own, await storage.get(_key(release.creation, "full.webp")))
    return await storage.get(_key(release.cover, "full.webp") if release.cover else own)


def _song(
    sounds: dict[str, bytes], cover: bytes, words: Words, veiled: bool
) -> tuple[dict[str, bytes], dict[Any, Any]]:
    image = Image.open(io.BytesIO(cover)).convert("RGB")
    small = shown.in_a_song(image)
    heard = {name: labels.tagged(data, SOUNDS[name], small, words) for name, data in sounds.items()}
    figures = {Creation.width: image.width, Creation.height: image.height, Creation.color: shown.hex_color(image)}
    return heard | shown.to_show(image) | (shown.veils(image) if veiled else {}), figures


def _picture(original: bytes, words: Words, veiled: bool) -> tuple[dict[str, bytes], dict[Any, Any]]:
    """Only what is taken along; what pages show never has words in it."""
    image = Image.open(io.BytesIO(original))
    return {"original.png": shown.original(image, words)} | (shown.veils(image) if veiled else {}), {}


def _key(creation_id: UUID, name: str) -> str:
    return f"{folder(creation_id)}/{name}"

"""What was blocked does not come in again by another door: files are known by hash, pictures by looks, songs by ear."""

import hashlib

from app import storage
from app.domain import library, uploads
from app.errors import NotFound
from app.models import Creation, Kind, Outcome


async def follow(creation: Creation, outcome: str) -> None:
    """After a decision: block what it blocked, and let in again what it no longer does."""
    try:
        digest = await _digest(creation)
    except NotFound:
        return  # erased meanwhile, and nothing is left to know it by
    if outcome == Outcome.BLOCK:
        await uploads.block(digest, "moderation", creation.likeness, creation.heard)
    else:
        await uploads.unblock(digest)


async def _digest(creation: Creation) -> str:
    name = "original.flac" if creation.kind == Kind.SONG else "original.png"
    key, digest = f"{library.folder(creation.id)}/{name}", hashlib.sha256()
    async for piece in storage.stream(key, 0, await storage.size(key)):
        digest.update(piece)
    return digest.hexdigest()

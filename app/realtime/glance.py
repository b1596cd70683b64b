"""Looking without a socket, as a page without scripts does: ask for frames, and find the newest that was kept."""

from uuid import UUID

from redis.exceptions import RedisError

from app import cache
from app.models import Generation
from app.realtime import bus
from app.realtime.preview import Preview, unpack

SECONDS = 10
"For how long one look counts as watching; such a page comes again sooner than this."


async def ask_for_frames(generation_id: UUID) -> None:
    try:
        await cache.redis().set(bus.glance_key(generation_id), b"1", ex=SECONDS)
    except (RedisError, OSError):
        return


async def newest(generation: Generation, position: int = 0) -> Preview | None:
    try:
        kept = await cache.redis().get(bus.frame_key(generation.id, position))
    except (RedisError, OSError):
        return None
    preview = unpack(kept) if kept else None
    # A worker that lost its claim may have kept one of its own.
    return preview if preview and preview.attempt >= generation.attempt else None


async def newest_sound(generation: Generation) -> tuple[int, bytes]:
    """How far the song was, and how it began to sound; (0, nothing) as long as there is nothing to hear."""
    try:
        kept = await cache.redis().get(bus.sound_key(generation.id))
    except (RedisError, OSError):
        return 0, b""
    if not kept:
        return 0, b""
    attempt, step = bus.SOUND_HEADER.unpack_from(kept)
    return (step, kept[bus.SOUND_HEADER.size :]) if attempt >= generation.attempt else (0, b"")

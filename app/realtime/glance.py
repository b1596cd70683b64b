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


async def heard_step(generation: Generation) -> int:
    """How far the song was when its beginning could last be heard; 0 as long as there is nothing to hear."""
    return _step(generation, await _sound(generation, bus.SOUND_HEADER.size - 1))


async def newest_sound(generation: Generation) -> bytes:
    kept = await _sound(generation, -1)
    return kept[bus.SOUND_HEADER.size :] if _step(generation, kept) else b""


async def _sound(generation: Generation, last: int) -> bytes:
    try:
        kept: bytes = await cache.redis().getrange(bus.sound_key(generation.id), 0, last)
    except (RedisError, OSError):
        return b""
    return kept


def _step(generation: Generation, kept: bytes) -> int:
    """0 also for what an attempt left that is over."""
    attempt, step = bus.SOUND_HEADER.unpack_from(kept) if kept else (0, 0)
    return step if attempt >= generation.attempt else 0

"""How far it is, and how long it will be: learned from what this studio finished lately, and silent when unknown."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from app import cache
from app.models import Generation, Status
from app.models.generations import UNFINISHED
from app.realtime import bus, events

LEARN_FROM = 20
LIVE_WORKER = timedelta(seconds=15)


class Wait(msgspec.Struct, frozen=True):
    """Seconds until it starts, as a range, and its place in the line."""

    low: int
    high: int
    position: int


class Speed(msgspec.Struct, frozen=True):
    """Seconds for a unit of work: a quick and a slow estimate."""

    quick: float
    slow: float


async def speed(model: str) -> Speed | None:
    """From the quarter to three quarters of what it lately took; None until three are known."""
    rows = await Generation.raw(
        "SELECT count(*) AS n, percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY pace) AS paces FROM ("
        " SELECT extract(epoch FROM finished_at - started_at)::float / work AS pace FROM generation"
        " WHERE model = {} AND status = 'succeeded' ORDER BY finished_at DESC LIMIT {}) AS lately",
        model, LEARN_FROM,
    )  # fmt: skip
    if rows[0]["n"] < 3:
        return None
    quick, slow = rows[0]["paces"]
    return Speed(quick, slow)


async def wait_of(generation: Generation) -> Wait | None:
    """Hidden when unknown. The promised start is kept in the row, so what is shown never runs backwards."""
    if generation.status != Status.QUEUED:
        return None
    learned = await speed(generation.model)
    ahead = await Generation.raw(
        "SELECT count(*) AS n, coalesce(sum(CASE WHEN status = 'running' THEN work / 2 ELSE work END), 0) AS work"
        " FROM generation WHERE status IN ('queued', 'running') AND (queued_at, id) < ({}::timestamptz, {}::uuid)",
        generation.queued_at, generation.id,
    )  # fmt: skip
    workers = await Generation.raw("SELECT count(*) AS n FROM worker WHERE seen_at > now() - {}::interval", LIVE_WORKER)
    if learned is None or workers[0]["n"] == 0:
        return None
    seconds = float(ahead[0]["work"]) * learned.slow / workers[0]["n"]
    promised = await _promise(generation.id, datetime.now(UTC) + timedelta(seconds=seconds))
    high = max(0.0, (promised - datetime.now(UTC)).total_seconds())
    return Wait(low=int(high * learned.quick / learned.slow), high=int(high) + 1, position=int(ahead[0]["n"]) + 1)


async def _promise(generation_id: UUID, at: datetime) -> datetime:
    rows = await Generation.raw(
        "UPDATE generation SET expected_at = least(coalesce(expected_at, {}::timestamptz), {}::timestamptz)"
        " WHERE id = {} RETURNING expected_at",
        at, at, generation_id,
    )  # fmt: skip
    return rows[0]["expected_at"] if rows else at


async def progress_of(generation: Generation) -> events.GenerationProgressed | None:
    """The newest progress that was announced, or None."""
    if generation.status not in UNFINISHED:
        return None
    try:
        kept = await cache.redis().get(bus.progress_key(generation.id))
    except (RedisError, OSError):
        return None
    event = events.decode(kept) if kept else None
    return event if isinstance(event, events.GenerationProgressed) and event.attempt == generation.attempt else None


async def forget_progress(generation: Generation) -> None:
    with suppress(RedisError, OSError):
        await cache.redis().delete(bus.progress_key(generation.id))


async def steps_done(generation: Generation) -> int:
    """Steps of the present attempt that were really run."""
    if generation.status != Status.RUNNING:
        return 0
    progress = await progress_of(generation)
    return min(max(generation.step, progress.step if progress else 0), generation.total_steps)

"""Who is next: whoever had the fewest seconds lately, then first come, and the loaded model only among equals."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain import generation, work
from app.models import Generation
from tests.people import Person, asked, finished, starter

MODELS = ["small", "large"]


async def has_had(owner: UUID, seconds: float) -> None:
    """A piece of work that took this long a moment ago."""
    row, _ = await finished(owner)
    now = datetime.now(UTC)
    await Generation.update({
        Generation.started_at: now - timedelta(seconds=seconds), Generation.finished_at: now,
    }).where(Generation.id == row.id)  # fmt: skip


async def wants(owner: UUID, model: str = "small") -> UUID:
    row = await asked(owner)
    await Generation.update({Generation.model: model}).where(Generation.id == row.id)
    return row.id


async def served(count: int, loaded: str = "") -> list[UUID]:
    rows = [await work.claim("w", MODELS, loaded) for _ in range(count)]
    return [row.id for row in rows if row]


async def test_first_come_first_served_among_people_who_had_nothing(alice: Person, bob: Person):
    wished = [await wants(alice.me), await wants(bob.me), await wants(alice.me)]

    first = await served(1)

    assert first == wished[:1]


async def test_who_had_the_fewest_seconds_goes_before_who_came_first(alice: Person, bob: Person):
    await has_had(alice.me, 60)
    hers, his = await wants(alice.me), await wants(bob.me)

    assert await served(2) == [his, hers]


async def test_it_is_seconds_that_count_and_not_pieces(alice: Person, bob: Person):
    for _ in range(3):
        await has_had(alice.me, 5)
    await has_had(bob.me, 60)
    his, hers = await wants(bob.me), await wants(alice.me)

    assert await served(2) == [hers, his]


async def test_what_is_running_counts_already(alice: Person, bob: Person):
    running = await wants(alice.me)
    await served(1)
    minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    await Generation.update({Generation.started_at: minute_ago}).where(Generation.id == running)
    hers, his = await wants(alice.me), await wants(bob.me)

    assert await served(2) == [his, hers]


async def test_last_week_is_forgotten(alice: Person, bob: Person):
    await has_had(alice.me, 60)
    long_ago = datetime.now(UTC) - timedelta(days=7)
    await Generation.update({Generation.started_at: long_ago, Generation.finished_at: long_ago}, force=True)
    hers, his = await wants(alice.me), await wants(bob.me)

    assert await served(2) == [hers, his]


async def test_the_loaded_model_goes_first_among_equals(alice: Person, bob: Person):
    other, loaded = await wants(alice.me, "small"), await wants(bob.me, "large")

    assert await served(2, loaded="large") == [loaded, other]


async def test_the_loaded_model_does_not_outweigh_what_somebody_had(alice: Person, bob: Person):
    await has_had(bob.me, 30)
    loaded, other = await wants(bob.me, "large"), await wants(alice.me, "small")

    assert await served(2, loaded="large") == [other, loaded]


async def test_a_worker_takes_only_models_it_has(alice: Person):
    await wants(alice.me, "large")

    assert await work.claim("w", ["small"]) is None
    assert not await work.waiting(["small"])
    assert await work.waiting(["large"])


async def test_ten_workers_at_once_never_have_the_same_work(alice: Person):
    wished = {(await asked(alice.me)).id for _ in range(6)}

    taken = await asyncio.gather(*(work.claim(f"w{n}", [starter().id]) for n in range(10)))

    assert sorted(row.id for row in taken if row) == sorted(wished)


async def test_a_claim_says_who_and_until_when(alice: Person):
    await asked(alice.me)

    row = await work.claim("w1", [starter().id])

    assert row and (row.status, row.worker, row.attempt, row.step) == ("running", "w1", 1, 0)
    assert row.lease_until > datetime.now(UTC) and row.started_at is not None


async def test_a_canceled_one_is_nobodys_work(alice: Person):
    row = await asked(alice.me)
    await generation.cancel(row.id, alice.me)

    assert await work.claim("w", [starter().id]) is None

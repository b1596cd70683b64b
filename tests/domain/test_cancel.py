"""Changing one's mind: what is given back, exactly once, in every state."""

import asyncio

import pytest

from app import cache
from app.domain import credits, generation, work
from app.errors import NotFound
from app.models import Generation, LedgerEntry
from app.realtime import bus, events
from app.realtime.events import GenerationProgressed
from tests.people import Person, asked, claimed, creation, drawn, finished


async def costing(alice: Person, cost: int = 10, steps: int = 10) -> Generation:
    row = await asked(alice.me, num_inference_steps=steps)
    [held] = await LedgerEntry.objects().where(LedgerEntry.reason == "hold")
    await credits.post(alice.me, held.lot, cost - row.cost, "hold", held.reference, part=1)
    await Generation.update({Generation.cost: cost}).where(Generation.id == row.id)
    return await generation.get_own(row.id, alice.me)


async def given_back(alice: Person) -> list[int]:
    entries = await LedgerEntry.select(LedgerEntry.amount).where(LedgerEntry.reason == "release")
    return [sum(entry["amount"] for entry in entries)] if entries else []


async def keep_progress(event: GenerationProgressed) -> None:
    """As a worker does between two beats."""
    await cache.redis().set(bus.progress_key(event.generation_id), events.encode(event))


async def test_before_it_started_everything_comes_back(alice: Person):
    row = await asked(alice.me)
    before = await credits.balance(alice.me)

    canceled = await generation.cancel(row.id, alice.me)

    assert canceled.status == "canceled" and canceled.finished_at is not None
    assert await credits.balance(alice.me) == before + row.cost


async def test_in_the_middle_the_unused_share_comes_back(alice: Person):
    row = await costing(alice, cost=10, steps=10)
    await work.beat(await claimed(), 4)

    canceled = await generation.cancel(row.id, alice.me)

    assert canceled.step == 4
    assert await given_back(alice) == [6]


async def test_steps_that_were_announced_count_though_no_beat_told_of_them(alice: Person):
    row = await costing(alice, cost=10, steps=10)
    await work.beat(await claimed(), 4)
    await keep_progress(GenerationProgressed(row.id, 1, 7, 10))

    await generation.cancel(row.id, alice.me)

    assert await given_back(alice) == [3]


async def test_steps_of_an_attempt_that_was_lost_do_not_count(alice: Person):
    row = await costing(alice, cost=10, steps=10)
    await keep_progress(GenerationProgressed(row.id, 1, 7, 10))
    await work.try_again(await claimed())
    await claimed()

    await generation.cancel(row.id, alice.me)

    assert await given_back(alice) == [10]


async def test_steps_of_a_worker_that_handed_it_back_do_not_count(alice: Person):
    row = await costing(alice, cost=10, steps=10)
    leaving = await claimed("leaving")
    await keep_progress(GenerationProgressed(row.id, 1, 7, 10))
    await work.hand_back(leaving)
    await claimed("other")

    await generation.cancel(row.id, alice.me)

    assert await given_back(alice) == [10]


async def test_after_the_last_step_nothing_comes_back(alice: Person):
    row = await costing(alice)
    await work.beat(await claimed(), 10)

    await generation.cancel(row.id, alice.me)

    assert await given_back(alice) == []


async def test_pressed_ten_times_at_once_it_gives_back_once(alice: Person):
    row = await costing(alice)

    ends = await asyncio.gather(*(generation.cancel(row.id, alice.me) for _ in range(10)))

    assert {end.status for end in ends} == {"canceled"}
    assert await given_back(alice) == [10]


async def test_what_has_ended_stays_as_it_ended(alice: Person):
    done, _ = await finished(alice.me)
    have = await credits.balance(alice.me)

    after = await generation.cancel(done.id, alice.me)

    assert after.status == "succeeded"
    assert await credits.balance(alice.me) == have


async def test_what_failed_gives_back_once_and_not_twice(alice: Person):
    row = await costing(alice)
    await work.fail(await claimed())

    await generation.cancel(row.id, alice.me)

    assert await given_back(alice) == [10]


async def test_a_worker_that_finishes_too_late_changes_nothing(alice: Person):
    row = await costing(alice)
    mine = await claimed()
    await generation.cancel(row.id, alice.me)

    assert not await work.succeed(mine, [await drawn()])
    await work.fail(mine)

    assert (await generation.get_own(row.id, alice.me)).status == "canceled"
    assert await generation.creations_of(row.id) == []
    assert len(await given_back(alice)) == 1


async def test_finishing_and_canceling_at_once_have_one_end(alice: Person):
    for _ in range(5):
        row = await asked(alice.me)
        mine, made = await claimed(), [await drawn()]
        kept, canceled = await asyncio.gather(work.succeed(mine, made), generation.cancel(row.id, alice.me))
        released = await LedgerEntry.exists().where(
            LedgerEntry.reference == f"generation:{row.id}", LedgerEntry.reason == "release"
        )
        assert (canceled.status == "succeeded") == kept == (not released)


async def test_canceling_one_leaves_the_others_alone(alice: Person):
    first, second = await asked(alice.me), await asked(alice.me)

    await generation.cancel(first.id, alice.me)

    assert (await generation.get_own(second.id, alice.me)).status == "queued"


async def test_charlie_cannot_cancel_what_is_hers(alice: Person, charlie: Person):
    row = await asked(alice.me)

    with pytest.raises(NotFound):
        await generation.cancel(row.id, charlie.me)

    assert (await generation.get_own(row.id, alice.me)).status == "queued"


async def test_a_canceled_one_makes_room_for_the_next(alice: Person):
    row = await asked(alice.me)
    await generation.cancel(row.id, alice.me)

    assert (await creation(alice.me)).generation != row.id

"""Workers die, freeze and come back late: the attempt is the fence, and after three the credits come back."""

from datetime import UTC, datetime, timedelta

from app import settings
from app.domain import credits, generation, work
from app.models import Generation, LedgerEntry
from tests.people import Person, asked, claimed, drawn, starter


async def lose_the_lease(row: Generation) -> None:
    """As if the worker had been silent for too long."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await Generation.update({Generation.lease_until: past}).where(Generation.id == row.id)


async def now(row: Generation, alice: Person) -> Generation:
    return await generation.get_own(row.id, alice.me)


async def test_a_silent_workers_work_goes_to_another(alice: Person):
    await asked(alice.me)
    frozen = await claimed("frozen")
    assert await work.claim("other", [starter().id]) is None
    await lose_the_lease(frozen)

    other = await claimed("other")

    assert (other.id, other.attempt, other.worker) == (frozen.id, 2, "other")


async def test_a_beat_keeps_the_lease(alice: Person):
    row = await asked(alice.me)
    mine = await claimed()
    await lose_the_lease(mine)

    assert await work.beat(mine, 3)

    assert (await now(row, alice)).lease_until > datetime.now(UTC)
    assert not await work.waiting([starter().id])


async def test_a_late_worker_changes_nothing(alice: Person):
    row = await asked(alice.me)
    late = await claimed("late")
    await lose_the_lease(late)
    other = await claimed("other")
    before = (await now(row, alice)).to_dict()

    assert not await work.beat(late, 9)
    assert not await work.succeed(late, [await drawn()])
    await work.fail(late)
    await work.try_again(late)
    await work.hand_back(late)

    assert (await now(row, alice)).to_dict() == before
    assert await generation.creations_of(row.id) == []
    assert await work.succeed(other, [await drawn()])


async def test_a_worker_that_got_its_own_work_again_has_one_attempt_and_not_two(alice: Person):
    """Frozen for a while and thawed: the old attempt still runs in it beside the new one."""
    row = await asked(alice.me)
    old = await claimed("w1")
    await lose_the_lease(old)
    new = await claimed("w1")

    assert not await work.beat(old, 9)
    assert not await work.succeed(old, [await drawn()])
    await work.fail(old)
    await work.try_again(old)

    assert (await now(row, alice)).status == "running"
    assert await work.beat(new, 1)


async def test_work_handed_back_is_not_the_old_workers_any_more(alice: Person):
    row = await asked(alice.me)
    leaving = await claimed("leaving")
    await work.hand_back(leaving)
    other = await claimed("other")

    assert not await work.beat(leaving, 9)
    assert not await work.succeed(leaving, [await drawn()])
    await work.fail(leaving)

    found = await now(row, alice)
    assert (found.status, found.worker, found.step) == ("running", "other", 0)
    assert await work.beat(other, 1)


async def test_handing_back_is_no_try(alice: Person):
    row = await asked(alice.me)
    for _ in range(5):
        await work.hand_back(await claimed())

    found = await now(row, alice)

    assert (found.status, found.step) == ("queued", 0) and found.lease_until is None
    assert await work.succeed(await claimed(), [await drawn()])


async def test_three_broken_attempts_fail_and_give_everything_back(alice: Person):
    row = await asked(alice.me)
    for attempt in (1, 2, 3):
        assert (await now(row, alice)).status == "queued", attempt
        await work.try_again(await claimed())

    found = await now(row, alice)

    assert (found.status, found.error) == ("failed", work.GAVE_UP)
    assert await credits.balance(alice.me) == settings.get().daily_credits
    assert await work.claim("w", [starter().id]) is None


async def test_three_dead_workers_fail_it_too(alice: Person):
    row = await asked(alice.me)
    for _ in range(3):
        await lose_the_lease(await claimed())

    assert await work.claim("w", [starter().id]) is None
    assert await work.give_up_lost() == 1
    assert await work.give_up_lost() == 0

    assert (await now(row, alice)).status == "failed"
    assert await LedgerEntry.count().where(LedgerEntry.reason == "release") == 1


async def test_a_third_attempt_that_is_alive_is_left_alone(alice: Person):
    row = await asked(alice.me)
    for _ in range(2):
        await lose_the_lease(await claimed())
    await claimed()

    assert await work.give_up_lost() == 0
    assert (await now(row, alice)).status == "running"


async def test_a_worker_is_seen_while_it_says_so(alice: Person):
    await work.present("w1", "cpu", ["small"], "")
    await work.present("w1", "cpu", ["small"], "small")

    assert [(worker["name"], worker["loaded"]) for worker in await work.seen()] == [("w1", "small")]
    await work.absent("w1")
    assert await work.seen() == []

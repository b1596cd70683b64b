"""How long it will be: learned here, silent when unknown, never longer than was said before."""

from datetime import UTC, datetime, timedelta

from app.domain import waiting, work
from app.models import Generation
from tests.people import Person, asked, claimed, finished


async def has_taken(alice: Person, *seconds: float) -> None:
    """Finished lately, each in so many seconds."""
    for each in seconds:
        row, _ = await finished(alice.me)
        now = datetime.now(UTC)
        await Generation.update({
            Generation.started_at: now - timedelta(seconds=each), Generation.finished_at: now,
        }).where(Generation.id == row.id)  # fmt: skip


async def a_worker_lives() -> None:
    await work.present("w1", "cpu", ["any"], "")


async def test_nothing_is_said_before_three_are_known(alice: Person):
    await a_worker_lives()
    await has_taken(alice, 10, 10)

    assert await waiting.wait_of(await asked(alice.me)) is None


async def test_nothing_is_said_while_nobody_works(alice: Person):
    await has_taken(alice, 10, 10, 10)

    assert await waiting.wait_of(await asked(alice.me)) is None


async def test_it_is_a_range_and_a_place_in_the_line(alice: Person, bob: Person):
    await a_worker_lives()
    await has_taken(alice, 10, 20, 30)
    for _ in range(3):
        await asked(alice.me)

    wait = await waiting.wait_of(await asked(bob.me))

    assert wait is not None and wait.position == 4
    assert 40 <= wait.low < wait.high <= 80


async def test_nobody_before_me_is_no_wait(alice: Person):
    await a_worker_lives()
    await has_taken(alice, 10, 10, 10)

    wait = await waiting.wait_of(await asked(alice.me))

    assert wait is not None and (wait.low, wait.position) == (0, 1) and wait.high <= 1


async def test_two_workers_halve_it(alice: Person, bob: Person):
    await a_worker_lives()
    await work.present("w2", "cpu", ["any"], "")
    await has_taken(alice, 10, 10, 10)
    for _ in range(4):
        await asked(alice.me)

    wait = await waiting.wait_of(await asked(bob.me))

    assert wait is not None and 18 <= wait.high <= 22


async def test_it_never_runs_backwards(alice: Person, bob: Person):
    await a_worker_lives()
    await has_taken(alice, 10, 10, 10)
    await asked(alice.me)
    mine = await asked(bob.me)
    said = await waiting.wait_of(mine)

    await has_become_slow(alice)
    says_now = await waiting.wait_of(mine)

    assert said is not None and says_now is not None
    assert says_now.high <= said.high


async def has_become_slow(alice: Person) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    await Generation.update({Generation.started_at: hour_ago}).where(Generation.status == "succeeded")


async def test_nothing_is_said_of_what_has_started_or_ended(alice: Person):
    await a_worker_lives()
    await has_taken(alice, 10, 10, 10)
    await asked(alice.me)

    assert await waiting.wait_of(await claimed()) is None

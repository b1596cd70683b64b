"""Workers freeze and thaw, or are told to leave. Whoever took over is never disturbed, and nobody sees it go back."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest

from app import storage
from tests.faults.invariants import check_that_nothing_is_lost_or_doubled
from tests.faults.storm import CALM, LEASE, STEPS, Maker, all_ready, is_ready, row, who_has
from tests.patience import eventually
from tests.studio import WEB, WORKER, Studio

OTHER = "worker-2"
DEFAULT_LEASE = 10.0
MakerAt = Callable[[Studio], Awaitable[Maker]]


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB, WORKER, OTHER, **CALM)
    studio.wait_until_ready()
    return studio


@contextmanager
def asleep(studio: Studio, name: str) -> Iterator[None]:
    studio.send(name, SIGSTOP)
    try:
        yield
    finally:
        studio.send(name, SIGCONT)


async def test_a_worker_that_thaws_while_another_works_is_neither_seen_nor_kept(studio: Studio, maker_at: MakerAt):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = await alice.make(num_inference_steps=60)
    made = await alice.ask(num_inference_steps=60)
    watch = alice.watch(made)
    await watch.until_step(8)
    frozen = who_has(studio, await row(made))

    with asleep(studio, frozen):
        await watch.until_step(3, attempt=2)
    await eventually(lambda: f"generation {made['id']}:" in studio.log(frozen))
    latecomer = alice.watch(made)
    await watch.until_finished()

    found = await row(made)
    assert (found.status, found.attempt) == ("succeeded", 2)
    assert who_has(studio, found) != frozen
    assert await alice.picture(made) == undisturbed
    assert watch.never_went_back(), watch.seen
    await latecomer.until_finished()
    assert {attempt for attempt, _ in latecomer.seen} <= {2}
    await check_that_nothing_is_lost_or_doubled()


async def test_a_worker_frozen_with_the_picture_in_its_hands_throws_it_away(studio: Studio, maker_at: MakerAt):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    while True:
        made = await alice.ask()
        watch = alice.watch(made)
        await watch.until_step(STEPS)
        frozen = who_has(studio, await row(made))
        with asleep(studio, frozen):
            if (await row(made)).status == "running":
                await watch.until_finished()  # by the other one, once the lease is over
                before = (await row(made)).to_dict()
                files = set(await storage.keys("creations/"))
                break
        await watch.until_finished()  # it was quicker than our signal

    await eventually(lambda: f"generation {made['id']}:" in studio.log(frozen))

    found = await row(made)
    assert (found.status, found.attempt) == ("succeeded", 2)
    assert found.to_dict() == before
    assert set(await storage.keys("creations/")) == files
    assert watch.never_went_back(), watch.seen
    await check_that_nothing_is_lost_or_doubled()


async def test_a_worker_told_to_leave_hands_its_work_over_at_once(studio: Studio, maker_at: MakerAt):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = await alice.make()
    made = await alice.ask()
    watch = alice.watch(made)
    await watch.until_step(8)
    leaving = who_has(studio, await row(made))

    told_at = time.time()
    studio.send(leaving, SIGTERM)
    await eventually(lambda: studio.processes[leaving].poll() is not None)
    await watch.until_finished()

    assert studio.processes[leaving].poll() == 0
    found = await row(made)
    assert (found.status, found.attempt) == ("succeeded", 1), "leaving in order is no try"
    assert who_has(studio, found) != leaving
    assert found.started_at.timestamp() - told_at < LEASE, "nobody had to wait for the lease to run out"
    assert await alice.picture(made) == undisturbed
    await check_that_nothing_is_lost_or_doubled()
    studio.start(leaving, **CALM)


async def test_with_the_lease_as_it_comes_a_lost_picture_is_taken_over_within_fifteen_seconds(
    studio: Studio, maker_at: MakerAt, record_property: Callable[[str, object], None]
):
    studio.stop(WORKER)
    studio.start(WORKER, **CALM | {"LEASE_SECONDS": str(DEFAULT_LEASE)})
    await eventually(lambda: is_ready(studio, WORKER) and is_ready(studio, OTHER))
    alice = await maker_at(studio)
    with asleep(studio, OTHER):
        made = await alice.ask()
        watch = alice.watch(made)
        await watch.until_step(8)
        assert who_has(studio, await row(made)) == WORKER
        studio.kill(WORKER)
        killed_at = time.time()

    await watch.until_finished()

    found = await row(made)
    assert (found.status, found.attempt) == ("succeeded", 2)
    taken_over = found.started_at.timestamp() - killed_at
    record_property("taken_over_after_s", round(taken_over, 2))
    print(f"taken over after {taken_over:.2f} s with a lease of {DEFAULT_LEASE:.0f} s")
    assert taken_over <= 15
    await check_that_nothing_is_lost_or_doubled()

"""Workers die without a word. Whoever waits for a picture gets it all the same, the same picture, and pays once."""

import random
import time
from collections.abc import Awaitable, Callable

import pytest

from app.models import Generation
from tests.faults.invariants import check_that_nothing_is_lost_or_doubled
from tests.faults.storm import CALM, LEASE, STEPS, Maker, all_ready, is_ready, row, who_has
from tests.patience import eventually
from tests.studio import WEB, WORKER, Studio

KILLS = 20
SEEDS = (1, 2, 3, 4)
WORKERS = (WORKER, "worker-2", "worker-3")


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    """Three workers: one that will be killed, one that waits, one that comes back."""
    studio = start_studio(WEB, *WORKERS, **CALM)
    studio.wait_until_ready()
    return studio


async def test_a_worker_killed_at_a_random_step_twenty_times(
    studio: Studio, maker_at: Callable[[Studio], Awaitable[Maker]], record_property: Callable[[str, object], None]
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = {seed: await alice.make(seed) for seed in SEEDS}
    assert len(set(undisturbed.values())) == len(SEEDS)
    chance = random.Random(20)
    taken_over: list[float] = []

    for kill in range(KILLS):
        seed, step = SEEDS[kill % len(SEEDS)], chance.randrange(1, STEPS - 1)
        made = await alice.ask(seed)
        watch = alice.watch(made)
        await watch.until_step(step)
        victim = who_has(studio, await row(made))
        studio.kill(victim)
        killed_at = time.time()
        others = [name for name in WORKERS if name != victim]
        assert any(is_ready(studio, name) for name in others)
        studio.start(victim, **CALM)

        await watch.until_finished()

        found = await row(made)
        assert (found.status, found.attempt) == ("succeeded", 2), f"kill {kill} at step {step}"
        assert who_has(studio, found) != victim
        assert await alice.picture(made) == undisturbed[seed], f"kill {kill} at step {step} changed the picture"
        assert watch.never_went_back(), watch.seen
        taken_over.append(found.started_at.timestamp() - killed_at)
        await eventually(lambda: sum(is_ready(studio, name) for name in WORKERS) >= 2)

    record_property("taken_over_after_s", sorted(round(seconds, 2) for seconds in taken_over))
    print(f"taken over after {min(taken_over):.2f} to {max(taken_over):.2f} s with a lease of {LEASE:.0f} s")
    assert max(taken_over) <= LEASE + 2
    assert await Generation.count() == KILLS + len(SEEDS)
    await check_that_nothing_is_lost_or_doubled()

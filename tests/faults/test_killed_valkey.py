"""Valkey is the doorbell and the loudspeaker, nothing more: without it pictures are still made, only unseen."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from signal import SIGCONT, SIGSTOP

import pytest

from app import cache
from tests.faults.invariants import check_that_nothing_is_lost_or_doubled
from tests.faults.storm import CALM, Maker, all_ready, row
from tests.patience import eventually
from tests.services import Services
from tests.studio import WEB, WORKER, Studio

AWAY = 3.0
MakerAt = Callable[[Studio], Awaitable[Maker]]


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB, WORKER, **CALM)
    studio.wait_until_ready()
    return studio


async def test_a_picture_goes_on_while_valkey_is_away_and_its_page_afterwards(
    studio: Studio, services: Services, maker_at: MakerAt
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = await alice.make(num_inference_steps=60)
    made = await alice.ask(num_inference_steps=60)
    watch = alice.watch(made)
    await watch.until_step(5)

    services.valkey.kill()
    await asyncio.sleep(1)
    services.valkey.start()
    seen = len(watch.seen)
    await watch.until(lambda: len(watch.seen) > seen + 3 or watch.finished)
    await watch.until_finished()

    assert watch.connections == 1, "nobody had to come again"
    assert watch.never_went_back(), watch.seen
    assert (await row(made)).attempt == 1, "the worker went on"
    assert await alice.picture(made) == undisturbed
    await check_that_nothing_is_lost_or_doubled()


async def test_what_ends_while_valkey_is_away_is_on_the_page_when_it_is_back(
    studio: Studio, services: Services, maker_at: MakerAt
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    made = await alice.ask()
    watch = alice.watch(made)
    await watch.until_step(5)
    services.valkey.kill()
    await eventually(lambda: _succeeded(made))
    assert not watch.finished

    services.valkey.start()
    back_at = time.monotonic()
    await watch.until_finished()

    print(f"told {time.monotonic() - back_at:.2f} s after Valkey's return")
    assert watch.connections == 1
    await check_that_nothing_is_lost_or_doubled()


async def test_everything_forgotten_by_valkey_is_still_made(studio: Studio, maker_at: MakerAt):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    made = [await alice.ask(seed) for seed in (1, 2, 3)]
    watches = [alice.watch(each) for each in made]
    await watches[0].until_step(5)

    await cache.redis().flushall()

    for watch in watches:
        assert (await watch.until_finished())["status"] == "succeeded"
        assert watch.never_went_back(), watch.seen
    await check_that_nothing_is_lost_or_doubled()


async def test_what_was_queued_or_asked_while_valkey_was_away_is_made_after_its_return(
    studio: Studio, services: Services, maker_at: MakerAt, record_property: Callable[[str, object], None]
):
    """This Valkey keeps nothing over a restart: every ring is gone."""
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    made = [await alice.ask(seed) for seed in (1, 2, 3)]
    watches = [alice.watch(each) for each in made]
    await watches[0].until_step(5)

    services.valkey.kill()
    asked_at = time.monotonic()
    made.append(await alice.ask(4, request_key="while-it-was-away"))
    asking_took = time.monotonic() - asked_at
    again = await alice.ask(4, request_key="while-it-was-away")
    assert again["id"] == made[-1]["id"]
    await eventually(lambda: _succeeded(made[0]))
    await asyncio.sleep(AWAY)
    services.valkey.start()
    back_at = time.time()
    watches.append(alice.watch(made[-1]))
    for watch in watches:
        assert (await watch.until_finished())["status"] == "succeeded"

    rows = [await row(each) for each in made]
    next_after = min(found.started_at.timestamp() for found in rows[1:]) - back_at
    record_property("next_started_after_s", round(next_after, 2))
    print(f"asking without Valkey took {asking_took:.2f} s; the next began {next_after:.2f} s after its return")
    assert asking_took < 5
    assert next_after < 5
    assert [found.attempt for found in rows] == [1, 1, 1, 1]
    await check_that_nothing_is_lost_or_doubled()


async def test_a_valkey_that_says_nothing_keeps_nobody_waiting_for_long(
    studio: Studio, services: Services, maker_at: MakerAt
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    services.valkey.process.send_signal(SIGSTOP)
    try:
        asked_at = time.monotonic()
        made = await alice.ask()
        asking_took = time.monotonic() - asked_at
    finally:
        services.valkey.process.send_signal(SIGCONT)

    print(f"asking took {asking_took:.2f} s while Valkey said nothing")
    assert asking_took < 6
    assert (await alice.watch(made).until_finished())["status"] == "succeeded"
    await check_that_nothing_is_lost_or_doubled()


async def _succeeded(made: dict[str, object]) -> bool:
    return bool((await row(made)).status == "succeeded")

"""The web process dies under its watchers. The picture goes on forming, and so does everybody's page."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import connect

from app.domain import sessions
from app.realtime import preview
from tests.faults.invariants import check_that_nothing_is_lost_or_doubled
from tests.faults.storm import CALM, Maker, all_ready, row
from tests.patience import eventually
from tests.studio import WEB, WORKER, Studio

WATCHERS = 20
STEPS = 60


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB, WORKER, **CALM)
    studio.wait_until_ready()
    return studio


async def test_watchers_come_back_to_the_present_state_and_the_newest_frame(
    studio: Studio, maker_at: Callable[[Studio], Awaitable[Maker]], record_property: Callable[[str, object], None]
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = await alice.make(num_inference_steps=STEPS)
    made = await alice.ask(num_inference_steps=STEPS)
    watches = [alice.watch(made) for _ in range(WATCHERS)]
    for watch in watches:
        await watch.until_step(5)

    studio.kill(WEB)
    killed_at = time.monotonic()
    had = [(watch.connections, len(watch.seen), watch.newest) for watch in watches]
    studio.start(WEB, **CALM)
    for watch, (connections, seen, _) in zip(watches, had, strict=True):
        await watch.until(lambda w=watch, c=connections, s=seen: w.connections > c and len(w.seen) > s)
    back_after = time.monotonic() - killed_at

    record_property("all_watchers_back_after_s", round(back_after, 2))
    print(f"{WATCHERS} watchers are back after {back_after:.2f} s")
    for watch, (_, seen, newest) in zip(watches, had, strict=True):
        assert watch.seen[seen] >= newest, "what they saw first was older than what they had seen"
    for watch in watches:
        await watch.until_finished()
        assert watch.never_went_back(), watch.seen
    assert (await row(made)).attempt == 1, "the worker noticed nothing"
    assert await alice.picture(made) == undisturbed
    await check_that_nothing_is_lost_or_doubled()


async def test_a_page_that_comes_back_is_shown_the_card_and_the_frame_at_once(
    studio: Studio, maker_at: Callable[[Studio], Awaitable[Maker]]
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    made = await alice.ask(num_inference_steps=STEPS)
    watch = alice.watch(made)
    await watch.until_step(5)
    studio.kill(WEB)
    studio.start(WEB, **CALM)
    studio.wait_until_live()

    address = f"{studio.base_url.replace('http', 'ws', 1)}/live?generation={made['id']}"
    session = await sessions.begin((await row(made)).owner, "browser")
    cookie = {"Cookie": f"session={session}"}
    async with (
        asyncio.timeout(30),
        connect(address, origin=studio.base_url, additional_headers=cookie, proxy=None) as page,
    ):  # type: ignore[arg-type]
        card = await page.recv()
        frame = await page.recv()

    assert isinstance(card, str) and f'id="generation-{made["id"]}"' in card
    assert isinstance(frame, bytes) and preview.unpack(frame).step >= 5
    await watch.until_finished()
    await check_that_nothing_is_lost_or_doubled()

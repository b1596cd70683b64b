"""From the sampling thread to whoever watches: the model never waits, and nobody draws what nobody sees."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from redis.asyncio.client import PubSub

from app import cache
from app.models import Generation
from app.models.ids import uuid7
from app.realtime import bus, events, preview
from app.workers.engine import Canceled, Progress
from app.workers.reporter import Reporter
from tests.services import Services

STEPS = 20
AT_ONCE = 0.05


class Model:
    """Takes its steps on a thread of its own, as torch does, and counts how often somebody looked and drew."""

    def __init__(self) -> None:
        self.looks = 0
        self.drawn: list[int] = []
        self.slow = threading.Event()
        self.slow.set()

    def step(self, reporter: Reporter, number: int) -> float:
        started = time.monotonic()
        reporter(Progress(number, STEPS, lambda: self._look(number)))
        return time.monotonic() - started

    def _look(self, number: int) -> Callable[[], list[Image.Image]]:
        self.looks += 1

        def draw() -> list[Image.Image]:
            self.slow.wait(10)
            self.drawn.append(number)
            return [Image.new("RGB", (64, 64), (number, 0, 0))]

        return draw


class Watcher:
    def __init__(self, pubsub: PubSub) -> None:
        self.pubsub = pubsub

    async def next(self) -> preview.Preview | events.GenerationProgressed | events.GenerationHeard:
        async with asyncio.timeout(5):
            while True:
                message = await self.pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
                if message:
                    data = message["data"]
                    event = preview.unpack(data) if preview.is_preview(data) else events.decode(data)
                    assert isinstance(event, preview.Preview | events.GenerationProgressed | events.GenerationHeard)
                    return event

    async def next_frame(self) -> preview.Preview:
        while not isinstance(found := await self.next(), preview.Preview):
            pass
        return found


@pytest.fixture
def work() -> Generation:
    return Generation(id=uuid7(), owner=uuid7(), attempt=2, total_steps=STEPS, queued_at=datetime.now(UTC))


@pytest.fixture
async def reporter(clean: None, work: Generation, anyio_backend: object) -> AsyncIterator[Reporter]:
    reporter = Reporter(work, hz=1_000_000)
    yield reporter
    await reporter.close()


@pytest.fixture
async def come_to_watch(
    work: Generation, clean: None, anyio_backend: object
) -> AsyncIterator[Callable[[], Awaitable[Watcher]]]:
    opened: list[PubSub] = []

    async def come() -> Watcher:
        opened.append(pubsub := cache.redis().pubsub())
        await pubsub.subscribe(bus.generation_topic(work.id))
        return Watcher(pubsub)

    yield come
    for pubsub in opened:
        await pubsub.aclose()  # type: ignore[no-untyped-call]


Come = Callable[[], Awaitable[Watcher]]


async def on_its_thread(model: Model, reporter: Reporter, *numbers: int) -> list[float]:
    return [await asyncio.to_thread(model.step, reporter, number) for number in numbers]


async def test_nothing_is_drawn_when_nobody_watches(reporter: Reporter, work: Generation):
    model = Model()
    await reporter.begin()

    await on_its_thread(model, reporter, *range(1, STEPS + 1))
    await reporter.close()

    assert (model.looks, model.drawn) == (0, [])
    assert await cache.redis().get(bus.frame_key(work.id)) is None
    kept: Any = await cache.redis().get(bus.progress_key(work.id))
    assert events.decode(kept).step > 0  # type: ignore[union-attr]


async def test_whoever_is_there_before_the_first_step_sees_it(reporter: Reporter, come_to_watch: Come):
    bob = await come_to_watch()
    await reporter.begin()
    loading = await bob.next()
    assert isinstance(loading, events.GenerationProgressed)
    assert (loading.attempt, loading.step) == (2, 0)

    await on_its_thread(Model(), reporter, 1)

    frame = await bob.next_frame()
    assert (frame.attempt, frame.step, frame.total_steps) == (2, 1, STEPS)
    assert frame.image.startswith(b"\xff\xd8")


async def test_a_latecomer_gets_the_present_frame_without_waiting_for_the_next_step(
    reporter: Reporter, come_to_watch: Come
):
    await reporter.begin()
    model = Model()
    await on_its_thread(model, reporter, 1, 2, 3)
    assert model.drawn == []

    bob = await come_to_watch()
    frame = await bob.next_frame()

    assert frame.step == 3
    assert model.drawn == [3]


async def test_the_model_never_waits_for_a_slow_encoder(reporter: Reporter, come_to_watch: Come):
    bob = await come_to_watch()
    await reporter.begin()
    model = Model()
    model.slow.clear()

    took = await on_its_thread(model, reporter, *range(1, STEPS))
    model.slow.set()

    assert max(took) < AT_ONCE
    assert (await bob.next_frame()).step == 1


async def test_the_newest_wins_and_what_it_overtook_is_never_drawn(reporter: Reporter, come_to_watch: Come):
    bob = await come_to_watch()
    await reporter.begin()
    model = Model()
    model.slow.clear()
    await on_its_thread(model, reporter, 1, 2, 3, 4, 5)

    model.slow.set()
    first, second = await bob.next_frame(), await bob.next_frame()

    assert (first.step, second.step) == (1, 5)
    assert model.drawn == [1, 5]


async def test_the_model_never_waits_for_redis(
    services: Services, reporter: Reporter, come_to_watch: Come, work: Generation
):
    await come_to_watch()
    await reporter.begin()
    model = Model()
    services.valkey.kill()

    took = await on_its_thread(model, reporter, *range(1, STEPS))
    await reporter.close()
    services.valkey.start()

    assert max(took) < AT_ONCE


async def test_beginning_does_not_wait_for_redis_either(services: Services, work: Generation, clean: None):
    services.valkey.kill()
    started = time.monotonic()
    reporter = Reporter(work, hz=8)

    await reporter.begin()

    assert time.monotonic() - started < 2
    assert not reporter.watched
    await reporter.close()
    services.valkey.start()


async def test_no_more_frames_than_the_setting_says(work: Generation, clean: None, come_to_watch: Come):
    reporter = Reporter(work, hz=2)
    await come_to_watch()
    await reporter.begin()
    model = Model()

    for number in range(1, STEPS):
        await on_its_thread(model, reporter, number)
        await asyncio.sleep(0.02)  # the model's own work: steps that are quicker than frames may come
    await reporter.close()

    assert model.looks <= 2, "nineteen steps in less than half a second"


async def test_whoever_is_told_to_stop_stops_at_the_next_step(reporter: Reporter):
    reporter.stop()

    with pytest.raises(Canceled):
        await on_its_thread(Model(), reporter, 1)


async def test_an_encoder_that_breaks_costs_a_frame_and_no_more(reporter: Reporter, come_to_watch: Come):
    bob = await come_to_watch()
    await reporter.begin()

    def broken() -> Callable[[], list[Image.Image]]:
        def draw() -> list[Image.Image]:
            raise ValueError("no such colour")

        return draw

    await asyncio.to_thread(reporter, Progress(1, STEPS, broken))
    await on_its_thread(Model(), reporter, 2)

    assert (await bob.next_frame()).step == 2


def song_step(number: int, heard: list[int]) -> Progress:
    def listen() -> Callable[[], bytes]:
        heard.append(number)
        return lambda: b"sound of step %d" % number

    return Progress(number, STEPS, lambda: lambda: [Image.new("RGB", (8, 8))], listen)


async def test_a_song_is_heard_twice_on_its_way_and_whoever_watches_is_told(
    reporter: Reporter, come_to_watch: Come, work: Generation
):
    bob = await come_to_watch()
    await reporter.begin()
    heard: list[int] = []

    told: list[int] = []
    for number in range(1, STEPS):
        await asyncio.to_thread(reporter, song_step(number, heard))
        await asyncio.sleep(0.02)  # the model's own work
        if len(heard) > len(told):
            while not isinstance(event := await bob.next(), events.GenerationHeard):
                pass
            told.append(event.step)

    assert heard == told == [8, 14]
    kept: Any = await cache.redis().get(bus.sound_key(work.id))
    assert bus.SOUND_HEADER.unpack_from(kept) == (2, 14)
    assert kept[bus.SOUND_HEADER.size :] == b"sound of step 14"


async def test_nobody_watches_and_nothing_is_decoded_to_be_heard(reporter: Reporter, work: Generation):
    await reporter.begin()
    heard: list[int] = []

    for number in range(1, STEPS + 1):
        await asyncio.to_thread(reporter, song_step(number, heard))
    await reporter.close()

    assert heard == []
    assert await cache.redis().get(bus.sound_key(work.id)) is None

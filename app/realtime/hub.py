"""Who in this process listens to what. One Redis connection hears it; each topic tells its own watchers.

A topic is subscribed while somebody wants it and not a moment longer: workers ask Redis whether anybody watches.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

from app import cache
from app.models import Generation
from app.realtime import rights
from app.realtime.subscriptions import Subscriptions
from app.realtime.tally import tally
from app.realtime.watcher import Watcher

logger = logging.getLogger(__name__)


class Topic:
    """Something that is listened to by at least one watcher here."""

    generation_id: UUID | None = None

    def __init__(self, hub: "Hub", name: str) -> None:
        self.hub, self.name = hub, name
        self.watchers: set[Watcher] = set()
        self.turn = asyncio.Lock()  # what was read first is also sent first
        self.ready = asyncio.ensure_future(hub.subscriptions.add(name))

    def hear(self, data: bytes) -> None:
        raise NotImplementedError

    def catch_up(self) -> None:
        """Redis was away, so anything may have been missed."""

    def check(self, generation: Generation | None) -> None:
        """Every half minute, for a topic about a generation: may everybody here still watch it?"""

    def left(self, watcher: Watcher) -> None:
        """Called when a watcher goes, before the topic itself may close."""


T = TypeVar("T", bound=Topic)


class Hub:
    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.subscriptions = Subscriptions(cache.redis().connection_pool, self._hear, self._returned)
        self._tasks: set[asyncio.Task[None]] = set()
        self._been_here = False

    def topic(self, name: str, make: Callable[["Hub", str], T]) -> T:
        if name not in self.topics:
            self.topics[name] = make(self, name)
        return self.topics[name]  # type: ignore[return-value]

    async def join(self, topic: Topic, watcher: Watcher) -> None:
        """From here on nothing is missed, once this returns: read the present state afterwards."""
        topic.watchers.add(watcher)
        watcher.topics[topic.name] = topic
        await asyncio.shield(topic.ready)

    def leave(self, topic: Topic, watcher: Watcher) -> None:
        if watcher not in topic.watchers:
            return
        topic.watchers.discard(watcher)
        watcher.topics.pop(topic.name, None)
        topic.left(watcher)
        if not topic.watchers and self.topics.get(topic.name) is topic:
            del self.topics[topic.name]
            self.subscriptions.remove(topic.name)

    def leave_all(self, watcher: Watcher) -> None:
        for topic in list(watcher.topics.values()):
            self.leave(topic, watcher)

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside everything else; a failure is told to the log and to nobody's socket."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("live work failed", exc_info=error)

    def _hear(self, name: bytes, data: bytes) -> None:
        if topic := self.topics.get(name.decode()):
            topic.hear(data)

    async def _returned(self) -> None:
        if self._been_here:
            tally.returns += 1
            for topic in list(self.topics.values()):
                topic.catch_up()
        self._been_here = True


_hub: Hub | None = None


def current() -> Hub:
    if _hub is None:
        raise RuntimeError("the hub runs only within hub.running()")
    return _hub


@asynccontextmanager
async def running(*_: object) -> AsyncIterator[Hub]:
    """For the application's lifespan. Sockets that come before Redis answers are served from the database."""
    global _hub
    _hub = hub = Hub()
    tasks = [asyncio.create_task(hub.subscriptions.run()), asyncio.create_task(rights.keep_checking(hub))]
    try:
        yield hub
    finally:
        for task in [*tasks, *hub._tasks]:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        _hub = None

"""One generation and whoever watches it here: previews and progress as they come, the state whenever it changes."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Literal
from uuid import UUID

from app.models import Generation
from app.realtime import bus, events, frames, rights
from app.realtime.hub import Hub, Topic
from app.realtime.preview import HEADER, VERSION
from app.realtime.rights import Claim
from app.realtime.watcher import GONE, Audience, Watcher
from app.realtime.wire import BINARY, Wire, frame

logger = logging.getLogger(__name__)

PROGRESS_INTERVAL = 0.1
SCENE_LIFE = 1.0
RETRY = 1.0

# "joining": is being told the present state. "watching". "held": the state changed, and whether they may still
# watch is not known yet. Only those who watch are sent anything that comes by.
Seat = Literal["joining", "watching", "held"]


class Room(Topic):
    def __init__(self, hub: Hub, generation_id: UUID) -> None:
        super().__init__(hub, bus.generation_topic(generation_id))
        self.id = self.generation_id = generation_id
        self.owner_id: UUID | None = None
        self.claims: dict[Watcher, Claim] = {}
        self.seats: dict[Watcher, Seat] = {}
        self.viewers: list[Wire] = []
        self.attempt = 0
        self.previews: dict[int, bytes] = {}
        self.progress: events.GenerationProgressed | None = None
        self._progress_timer: asyncio.TimerHandle | None = None
        self._progress_at = 0.0
        self.version = 0
        self._scene: tuple[float, asyncio.Task[frames.Scene | None]] | None = None
        self._settling: asyncio.Task[None] | None = None

    # What Redis says.

    def hear(self, data: bytes) -> None:
        if data[:1] == VERSION_BYTE:
            self._hear_preview(data)
            return
        event = events.decode(data)
        if isinstance(event, events.GenerationProgressed):
            self._hear_progress(event)
        elif isinstance(event, events.GenerationHeard):
            self._hear_sound(event)
        elif isinstance(event, events.GenerationChanged):
            self.owner_id = event.owner_id
            self.changed()

    def _hear_preview(self, data: bytes) -> None:
        _, _, position, attempt, _, _ = HEADER.unpack_from(data)
        if not self._is_current(attempt):
            return
        self.previews[position] = preview = frame(BINARY, data)
        slot = (self.id, position)
        for wire in self.viewers:
            wire.send_latest(slot, preview)

    def _hear_progress(self, event: events.GenerationProgressed) -> None:
        if not self._is_current(event.attempt):
            return
        self.progress = event
        if self._progress_timer is None:
            wait = self._progress_at + PROGRESS_INTERVAL - time.monotonic()
            self._progress_timer = asyncio.get_running_loop().call_later(max(0.0, wait), self._send_progress)

    def _hear_sound(self, event: events.GenerationHeard) -> None:
        if self._is_current(event.attempt):
            self._send_each("sound", lambda audience: frames.heard(event, audience))

    def _is_current(self, attempt: int) -> bool:
        """A worker that lost its claim may go on talking for a while."""
        if attempt > self.attempt:
            self.attempt = attempt
            self.previews.clear()
        return attempt == self.attempt

    def _send_progress(self) -> None:
        self._progress_timer, self._progress_at = None, time.monotonic()
        if progress := self.progress:
            self._send_each("progress", lambda audience: frames.progress(progress, audience))

    def _send_each(self, slot: str, render: Callable[[Audience], bytes]) -> None:
        """The newest of its slot to everybody who watches, rendered once for each audience."""
        rendered: dict[Audience, bytes] = {}
        for watcher, seat in self.seats.items():
            if seat == "watching":
                audience = watcher.audience(None)
                if audience not in rendered:
                    rendered[audience] = render(audience)
                watcher.wire.send_latest((self.id, slot), rendered[audience])

    # The state, and who may see it.

    def changed(self) -> None:
        """Strangers get nothing more until it is known that they still may; then everybody gets the new state."""
        self.version += 1
        self._scene = None
        for watcher, seat in self.seats.items():
            if seat == "watching" and not (watcher.account_id and watcher.account_id == self.owner_id):
                self.seats[watcher] = "held"
        self._count_viewers()
        if self._settling is None or self._settling.done():
            self._settling = asyncio.ensure_future(self._settle())

    catch_up = changed

    async def _settle(self) -> None:
        while self.watchers:
            version = self.version
            try:
                scene = await self.scene()
            except Exception:
                logger.exception("the state of %s could not be told yet", self.id)
                await asyncio.sleep(RETRY)
                continue
            if version == self.version:
                self._let_in_or_go(scene.generation if scene else None, ("watching", "held"))
                self._show(scene, [watcher for watcher, seat in self.seats.items() if seat == "watching"])
                return

    def check(self, generation: Generation | None) -> None:
        """Those who are held wait for a younger answer."""
        self._let_in_or_go(generation, ("watching",))

    def _let_in_or_go(self, generation: Generation | None, which: tuple[Seat, ...]) -> None:
        for watcher in [watcher for watcher, seat in self.seats.items() if seat in which]:
            if rights.allowed(generation, self.claims[watcher]):
                self.seats[watcher] = "watching"
            else:
                self._send_away(watcher)
        self._count_viewers()

    def _send_away(self, watcher: Watcher) -> None:
        self.hub.leave(self, watcher)
        if watcher.json:
            watcher.wire.close(GONE, "gone")
        else:
            watcher.wire.send_always(frames.gone(self.id))

    def _show(self, scene: frames.Scene | None, watchers: list[Watcher], newcomers: bool = False) -> None:
        if scene is None:
            return
        self.owner_id = scene.generation.owner
        self._is_current(scene.generation.attempt)
        if scene.finished:
            self.progress = None
        previews = scene.previews | self.previews if newcomers and not scene.finished else {}
        for watcher in watchers:
            try:
                watcher.wire.send_always(scene.for_(watcher.audience(self.owner_id)))
            except Exception:  # a template that stumbles must not take the pictures away
                logger.exception("no card of %s", self.id)
            if watcher.previews:
                for position, preview in previews.items():
                    watcher.wire.send_latest((self.id, position), preview)
            if scene.finished:
                self._part(watcher)

    def _part(self, watcher: Watcher) -> None:
        """Nothing more will come, except to a stranger's page: it must let go if this is made private."""
        if watcher.json:
            watcher.wire.close(1000)
        elif watcher.audience(self.owner_id).owner:  # hears of it on their own topic
            self.hub.leave(self, watcher)

    async def scene(self) -> frames.Scene | None:
        """Read at most once a second however many come at once, and at once after every change."""
        if self._scene is None or time.monotonic() - self._scene[0] > SCENE_LIFE:
            self._scene = (time.monotonic(), asyncio.ensure_future(frames.read(self.id)))
        reading = self._scene
        try:
            return await asyncio.shield(reading[1])
        except Exception:
            if self._scene is reading:
                self._scene = None
            raise

    # Coming and going.

    async def enter(self, watcher: Watcher, claim: Claim) -> bool:
        """False if they may not watch, which looks the same as if there were nothing."""
        if watcher in self.seats:
            return True
        self.claims[watcher], self.seats[watcher] = claim, "joining"
        await self.hub.join(self, watcher)
        while True:
            version = self.version
            scene = await self.scene()
            if version == self.version:
                break
        if watcher not in self.seats:
            return False
        if scene is None or not rights.allowed(scene.generation, claim, newcomer=True):
            self.hub.leave(self, watcher)
            return False
        # Nothing is awaited from here on, so nothing slips between what is shown now and what comes next.
        self.seats[watcher] = "watching"
        self._count_viewers()
        self._show(scene, [watcher], newcomers=True)
        return True

    def left(self, watcher: Watcher) -> None:
        self.seats.pop(watcher, None)
        self.claims.pop(watcher, None)
        self._count_viewers()
        if not self.watchers and self._progress_timer:
            self._progress_timer.cancel()

    def _count_viewers(self) -> None:
        self.viewers = [w.wire for w, seat in self.seats.items() if seat == "watching" and w.previews]


VERSION_BYTE = bytes([VERSION])


def room_of(hub: Hub, generation_id: UUID) -> Room:
    return hub.topic(bus.generation_topic(generation_id), lambda hub, _: Room(hub, generation_id))

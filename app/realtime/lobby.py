"""What concerns a person, wherever they are in the studio, and what concerns everybody who browses."""

from collections.abc import Callable
from uuid import UUID

from app.domain import credits, library, notices
from app.domain import generation as generations
from app.errors import NotFound
from app.models import Creation
from app.realtime import bus, events, frames
from app.realtime.hub import Hub, Topic
from app.realtime.rights import Claim
from app.realtime.room import room_of
from app.realtime.watcher import SIGNED_OUT, Watcher


class Person(Topic):
    """Everything of one account, on all its tabs and devices here."""

    def __init__(self, hub: Hub, account_id: UUID) -> None:
        super().__init__(hub, bus.account_topic(account_id))
        self.id = account_id

    def hear(self, data: bytes) -> None:
        event = events.decode(data)
        if isinstance(event, events.SessionRevoked):
            for watcher in [watcher for watcher in self.watchers if watcher.session_id == event.session_id]:
                watcher.wire.close(SIGNED_OUT, "signed out")
                self.hub.leave_all(watcher)
        elif isinstance(event, events.GenerationChanged):
            self.hub.soon(self._follow(event.generation_id))
        elif isinstance(event, events.CreationChanged):
            self.hub.soon(self._tell_creation(event.creation_id))
        elif isinstance(event, events.CreditsChanged):
            self.hub.soon(self._tell_balance())
        elif isinstance(event, events.NoticesChanged):
            self.hub.soon(self._tell_bell())

    def catch_up(self) -> None:
        self.hub.soon(self._tell_balance())
        self.hub.soon(self._tell_bell())
        self.hub.soon(self._follow_unfinished())

    async def _follow(self, generation_id: UUID) -> None:
        """One's own generations are watched without asking, from whichever tab they were begun."""
        for watcher in [watcher for watcher in self.watchers if not watcher.json]:
            still_here = watcher in self.watchers  # the one before may have taken a moment
            if still_here and bus.generation_topic(generation_id) not in watcher.topics:
                await enter(self.hub, watcher, generation_id)

    async def _follow_unfinished(self) -> None:
        for generation in await generations.unfinished_of(self.id):
            await self._follow(generation.id)

    async def _tell_creation(self, creation_id: UUID) -> None:
        async with self.turn:
            try:
                creation = await library.get_own(creation_id, self.id)
            except NotFound:
                self._tell(lambda _: frames.creation_gone(creation_id))
            else:
                self._tell(lambda language: frames.creation(creation, language))

    async def _tell_balance(self) -> None:
        async with self.turn:
            balance = await credits.balance(self.id)
            self._tell(lambda language: frames.balance(balance, language))

    async def _tell_bell(self) -> None:
        async with self.turn:
            unread = await notices.unread(self.id)
            self._tell(lambda language: frames.bell(unread, language))

    def _tell(self, render: Callable[[str], bytes]) -> None:
        tell([watcher for watcher in self.watchers if not watcher.json], render)


class Explore(Topic):
    """Appearing can wait for a reload; disappearing cannot."""

    def hear(self, data: bytes) -> None:
        event = events.decode(data)
        if isinstance(event, events.CreationWithdrawn):
            visitors = [watcher for watcher in self.watchers if watcher.account_id is None]
            tell(visitors, lambda language: frames.withdrawn(event.creation_id, language))
            self.hub.soon(self._tell_others(event.creation_id))

    async def _tell_others(self, creation_id: UUID) -> None:
        """All but its maker, who still has it. If the database does not answer, better once too often."""
        try:
            rows = await Creation.select(Creation.owner).where(Creation.id == creation_id)
        except Exception:  # whatever it was: the frame goes out
            rows = []
        owner_id = rows[0]["owner"] if rows else None
        others = [w for w in self.watchers if w.account_id is not None and w.account_id != owner_id]
        tell(others, lambda language: frames.withdrawn(creation_id, language))


def tell(watchers: list[Watcher], render: Callable[[str], bytes]) -> None:
    rendered: dict[str, bytes] = {}
    for watcher in watchers:
        if watcher.language not in rendered:
            rendered[watcher.language] = render(watcher.language)
        watcher.wire.send_always(rendered[watcher.language])


def person_of(hub: Hub, account_id: UUID) -> Person:
    return hub.topic(bus.account_topic(account_id), lambda hub, _: Person(hub, account_id))


def explore_of(hub: Hub) -> Explore:
    return hub.topic(bus.EXPLORE, Explore)


async def enter(hub: Hub, watcher: Watcher, generation_id: UUID, watch_token: str = "") -> bool:
    return await room_of(hub, generation_id).enter(watcher, Claim(watcher.account_id, watch_token))

"""Who may go on watching. Asked when a socket arrives, at every change, and every half minute against the database."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from app.domain import watching
from app.models import Generation, Session, Visibility
from app.models.generations import FINISHED
from app.realtime.watcher import SIGNED_OUT

if TYPE_CHECKING:
    from app.realtime.hub import Hub

logger = logging.getLogger(__name__)

CHECK_EVERY = 30.0
BATCH = 100


class Claim(NamedTuple):
    """In whose name somebody watches."""

    account_id: UUID | None
    watch_token: str


def allowed(generation: Generation | None, claim: Claim, newcomer: bool = False) -> bool:
    if generation is None:
        return False
    if not newcomer and generation.visibility == Visibility.PUBLIC and generation.status in FINISHED:
        return True  # whoever saw it form also sees how it ended
    return watching.lets_watch(generation, claim.account_id, claim.watch_token)


async def keep_checking(hub: "Hub") -> None:
    while True:
        await asyncio.sleep(CHECK_EVERY)
        try:
            await check_sessions(hub)
            await check_generations(hub)
        except Exception:
            logger.exception("the half-minute check did not finish; the next one will")


async def check_sessions(hub: "Hub") -> None:
    """A session may have run out without anybody saying so."""
    watchers = {w for topic in hub.topics.values() for w in topic.watchers if w.session_id}
    for ids in _batches({watcher.session_id for watcher in watchers}):
        rows = await Session.select(Session.id).where(
            Session.id.is_in(ids), Session.expires_at > datetime.now(UTC)
        )  # fmt: skip
        ended = set(ids) - {row["id"] for row in rows}
        for watcher in [watcher for watcher in watchers if watcher.session_id in ended]:
            watcher.wire.close(SIGNED_OUT, "signed out")
            hub.leave_all(watcher)


async def check_generations(hub: "Hub") -> None:
    """Nor may it have been said, if Redis was away, that one was made private."""
    topics = {topic.generation_id: topic for topic in hub.topics.values() if topic.generation_id}
    for ids in _batches(topics):
        rows = await Generation.objects().where(Generation.id.is_in(ids))
        found = {row.id: row for row in rows}
        for generation_id in ids:
            topics[generation_id].check(found.get(generation_id))


def _batches(ids: Iterable[UUID | None]) -> Iterator[list[UUID]]:
    wanted = [each for each in ids if each]
    for start in range(0, len(wanted), BATCH):
        yield wanted[start : start + BATCH]

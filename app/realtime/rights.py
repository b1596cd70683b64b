"""Who may go on watching. Asked when a socket arrives, at every change, and every half minute against the database."""

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from app.domain import accounts
from app.domain import generation as generations
from app.models import Generation, Visibility
from app.models.generations import FINISHED
from app.realtime.watcher import SIGNED_OUT, Watcher

if TYPE_CHECKING:
    from app.realtime.hub import Hub

logger = logging.getLogger(__name__)

CHECK_EVERY = 30.0


class Claim(NamedTuple):
    """In whose name somebody watches."""

    account_id: UUID | None
    watch_token: str


async def allowed(generation: Generation, claims: set[Claim], newcomers: bool = False) -> set[Claim]:
    """Those of the claims that hold. A few questions answer for all: what a stranger may, everybody may."""
    if not newcomers and generation.visibility == Visibility.PUBLIC and generation.status in FINISHED:
        return claims  # whoever saw it form also sees how it ended
    if not claims or await generations.may_watch(generation.id, None, ""):
        return claims
    granted: set[Claim] = set()
    for token in {claim.watch_token for claim in claims if claim.watch_token}:
        if await generations.may_watch(generation.id, None, token):
            granted |= {claim for claim in claims if claim.watch_token == token}
    for account_id in {claim.account_id for claim in claims - granted if claim.account_id}:
        if await generations.may_watch(generation.id, account_id, ""):
            granted |= {claim for claim in claims if claim.account_id == account_id}
    return granted


async def keep_checking(hub: "Hub") -> None:
    while True:
        await asyncio.sleep(CHECK_EVERY)
        try:
            await check_sessions(hub)
            await check_topics(hub)
        except Exception:
            logger.exception("the half-minute check did not finish; the next one will")


async def check_sessions(hub: "Hub") -> None:
    """A session may have run out without anybody saying so."""
    by_token: dict[str, list[Watcher]] = {}
    for watcher in {watcher for topic in hub.topics.values() for watcher in topic.watchers if watcher.session_token}:
        by_token.setdefault(watcher.session_token, []).append(watcher)
    for token, watchers in by_token.items():
        if await accounts.session_of(token) is None:
            for watcher in watchers:
                watcher.wire.close(SIGNED_OUT, "signed out")


async def check_topics(hub: "Hub") -> None:
    for topic in list(hub.topics.values()):
        await topic.check()

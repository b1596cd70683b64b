"""What Clerk tells: by messages that may come late, twice, in any order or never, and each night when it is asked.

Nobody comes to be by a message: whoever is new answers the question of age here first. What a message says of somebody
counts if it is newer than what was heard before, by Clerk's own clock.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from app import db
from app.clerk import api
from app.domain import accounts, leaving, letters, sessions, sweeping, vouched
from app.errors import Invalid, NoRoom
from app.models import Heard, Identity, Session

logger = logging.getLogger(__name__)

CHANGED = {"user.created", "user.updated"}
SESSION_OVER = {"session.revoked", "session.ended", "session.removed"}
REMEMBERED = timedelta(days=4)
"Longer than anything is told again."
AT_ONCE = 8


class Subject(msgspec.Struct, frozen=True):
    id: str = ""


class Message(msgspec.Struct, frozen=True):
    type: str
    data: msgspec.Raw


async def hear(message_id: str, body: bytes) -> None:
    """Followed first and noted then: whoever is killed in between follows it twice, which changes nothing."""
    if await Heard.exists().where(Heard.id == message_id[:80]):
        return
    message = msgspec.json.decode(body, type=Message)
    if message.type in CHANGED:
        await follow(msgspec.json.decode(message.data, type=api.User))
    elif message.type == "user.deleted":
        await _gone(msgspec.json.decode(message.data, type=Subject).id)
    elif message.type in SESSION_OVER:
        await close(msgspec.json.decode(message.data, type=Subject).id)
    await Heard.raw("INSERT INTO heard (id) VALUES ({}) ON CONFLICT DO NOTHING", message_id[:80])


async def follow(user: api.User) -> bool:
    """Their address, once it is verified; what they are called here is for them to say. Returns whether it is new."""
    account = await vouched.by_id(user.id)
    if account is None:
        return False
    try:
        async with db.transaction():
            if not await _is_newer(user):
                return False
            if user.email and user.email != account.email:
                await letters.replace_address(account, accounts.clean_email(user.email))
                return True
    except (asyncpg.UniqueViolationError, Invalid) as error:
        logger.warning("account %s keeps its address: %s", account.id, type(error).__name__)
    return False


async def _is_newer(user: api.User) -> bool:
    """Call inside a transaction."""
    rows: Any = await Identity.raw(
        "UPDATE identity SET told_at = {} WHERE provider = 'clerk' AND subject = {}"
        " AND (told_at IS NULL OR told_at < {}) RETURNING id",
        user.changed_at, user.id, user.changed_at,
    )  # fmt: skip
    return bool(rows)


async def _gone(user_id: str) -> None:
    """Deleted there is leaving here: hidden at once, erased within a minute."""
    if account := await vouched.by_id(user_id):
        logger.info("account %s was deleted at Clerk", account.id)
        await leaving.begin(account.id)


async def close(outside: str) -> None:
    """Every session of ours that was opened with this one of theirs."""
    if not outside:
        return
    rows = await Session.delete().where(Session.outside == outside).returning(Session.id, Session.account)
    for row in rows:
        await sessions.announce_ended(row["account"], [row["id"]])


async def look_after_sessions() -> int:
    """Of whoever is here now: a message may be lost, and a session that was revoked there must not go on here."""
    since = datetime.now(UTC) - 2 * sessions.SEEN_EVERY
    here = await (
        Session.select(Session.outside).where(Session.outside != "", Session.seen_at > since)
        .output(as_list=True).distinct()
    )  # fmt: skip
    few = asyncio.Semaphore(AT_ONCE)

    async def look(outside: str) -> bool:
        async with few:
            over = not await api.is_open(outside)
        if over:
            await close(outside)
        return over

    found = await asyncio.gather(*map(look, here), return_exceptions=True)
    for error in found:
        if isinstance(error, BaseException) and not isinstance(error, NoRoom):
            raise error
    return sum(each is True for each in found)


async def reconcile() -> tuple[int, int]:
    """Everybody, page by page: how many had changed unheard, and how many are gone. Too many gone at once is a mistake
    until somebody allows it, and each of them is asked for once more."""
    changed, there = 0, set[str]()
    async for user in api.users():
        there.add(user.id)
        changed += await follow(user)
    ours = await Identity.select(Identity.subject).where(Identity.provider == vouched.CLERK).output(as_list=True)
    missing = [each for each in ours if each not in there]
    if not missing or await sweeping.braked("identity clerk", len(missing), len(ours)):
        return changed, 0
    gone = [each for each in missing if await api.user(each) is None]
    for user_id in gone:
        await _gone(user_id)
    return changed, len(gone)


async def forget_messages() -> None:
    await Heard.delete().where(Heard.at < datetime.now(UTC) - REMEMBERED)

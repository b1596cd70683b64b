"""A browser that is signed in: begun, known again by what it alone keeps, proved once more, ended on every page."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import secret
from app.models import Account, Session
from app.realtime import bus
from app.realtime.events import SessionRevoked

LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=15)
"How long a proof is good for what cannot be undone."


async def begin(
    account_id: UUID, label: str, life: timedelta = LIFE, *,
    strong: bool = False, device: str = "", address: str = "", outside: str = "", proved_at: datetime | None = None,
) -> str:  # fmt: skip
    """The token, to be kept by the browser alone; here only its hash stays. Somebody outside who vouches for the person
    says when it was proved, and which session of theirs this one ends with."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    await Session.insert(Session(
        account=account_id, token_sha256=secret.hash_of(token), label=label[:80], device=device[:80],
        address=address[:45], strong=strong, outside=outside, created_at=now, proved_at=proved_at or now, seen_at=now,
        expires_at=now + life,
    ))  # fmt: skip
    return token


async def find(token: str) -> tuple[Session, Account] | None:
    """The session and whose it is, or None for anything forged, expired or closed."""
    if not token or len(token) > 100:
        return None
    session = await Session.objects().get(
        (Session.token_sha256 == secret.hash_of(token)) & (Session.expires_at > datetime.now(UTC))
    )
    if session is None:
        return None
    account = await Account.objects().get(Account.id == session.account)
    if account is None:
        return None
    now = datetime.now(UTC)
    if now - session.seen_at > SEEN_EVERY:
        await Session.update({Session.seen_at: now}).where(Session.id == session.id)
    return session, account


async def proved(session_id: UUID, *, strong: bool = False) -> None:
    """By whatever way; a strong session stays strong."""
    now: dict[Any, Any] = {Session.proved_at: datetime.now(UTC)}
    await Session.update(now | ({Session.strong: True} if strong else {})).where(Session.id == session_id)


async def end_all(account_id: UUID, keep: UUID | None = None) -> list[UUID]:
    """Call inside a transaction, and announce_ended after it."""
    query = Session.delete().where(Session.account == account_id)
    rows = await (query.where(Session.id != keep) if keep else query).returning(Session.id)
    return [row["id"] for row in rows]


async def end(session_id: UUID) -> None:
    for row in await Session.delete().where(Session.id == session_id).returning(Session.account):
        await announce_ended(row["account"], [session_id])


async def announce_ended(account_id: UUID, ended: Iterable[UUID]) -> None:
    """Open pages and programs are let go: whatever bears such an id, a session or a key."""
    for each in ended:
        await bus.publish(bus.account_topic(account_id), SessionRevoked(each))

"""Who did what to what. Events are plain rows in the transaction that does it; housekeeping seals them into a chain.

Each link carries the hash of the one before, so that nothing can be changed or taken out of it without everything after
it ceasing to fit. Sealing by one hand keeps those who write from waiting for each other. See decision 33.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app import db
from app.models import AuditEvent

START = "0" * 64
BATCH = 1000
LOCK = 7_946_222


class Broken(NamedTuple):
    number: int
    sentence: str


async def note(actor_id: UUID | None, action: str, subject: str, **detail: str | int) -> None:
    """Inside the transaction that does it."""
    await AuditEvent.insert(
        AuditEvent(
            actor=actor_id, action=action, subject=subject[:80], detail=msgspec.json.encode(detail).decode(),
            at=datetime.now(UTC),
        )
    )  # fmt: skip


async def seal() -> int:
    """Add what is new to the chain, oldest first. Returns how many."""
    async with db.transaction():
        await AuditEvent.raw("SELECT pg_advisory_xact_lock({})", LOCK)
        [end] = await AuditEvent.raw(
            "SELECT coalesce(max(number), 0) AS number, coalesce((SELECT hash FROM audit_event"
            " WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1), {}) AS hash FROM audit_event",
            START,
        )  # fmt: skip
        number, before = end["number"], end["hash"]
        loose = await (
            AuditEvent.objects().where(AuditEvent.number.is_null()).order_by(AuditEvent.at, AuditEvent.id)
            .limit(BATCH).output(load_json=True)
        )  # fmt: skip
        for event in loose:
            number += 1
            before = link(before, number, event)
            await AuditEvent.raw(
                "UPDATE audit_event SET number = {}, hash = {} WHERE id = {}", number, before, event.id
            )  # fmt: skip
    return len(loose)


def link(before: str, number: int, event: Any) -> str:
    words = [before, number, event.id, event.actor, event.action, event.subject, event.detail, event.at.astimezone(UTC)]
    return hashlib.sha256(msgspec.json.encode(words, order="sorted")).hexdigest()


async def verify() -> AsyncIterator[Broken]:
    """Everything that does not fit. Old links are erased from the front in time; from within none may be missing."""
    number, before = 0, START
    while True:
        events = await (
            AuditEvent.objects().where(AuditEvent.number > number).order_by(AuditEvent.number).limit(BATCH)
            .output(load_json=True)
        )  # fmt: skip
        if not events:
            return
        for event in events:
            first = number == 0 and event.number > 1  # those before were erased; nothing is known of their hash
            if not first and event.number != number + 1:
                yield Broken(event.number, f"{event.number - number - 1} before it are missing")
            elif not first and link(before, event.number, event) != event.hash:
                yield Broken(event.number, "it was changed, or the one before it was")
            number, before = event.number, event.hash

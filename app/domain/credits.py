"""Credits: an append-only ledger. A balance is a sum; a unique reference makes posting twice impossible."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app import settings
from app.errors import N_, InsufficientCredits
from app.models import Account, LedgerEntry
from app.models.ids import uuid7

MEGAPIXEL_STEPS = 1_000_000


def price(work: int) -> int:
    """Credits for pixels times steps times pictures: one for every million, at least one."""
    return max(1, -(-work // MEGAPIXEL_STEPS))


async def balance(account_id: UUID) -> int:
    rows = await LedgerEntry.raw("SELECT sum(amount) AS balance FROM ledger_entry WHERE owner = {}", account_id)
    return int(rows[0]["balance"] or 0)


async def post(account_id: UUID, amount: int, reason: str, reference: str) -> bool:
    """One movement, once: False when the reference was posted before."""
    rows = await LedgerEntry.raw(
        "INSERT INTO ledger_entry (id, owner, amount, reason, reference) VALUES ({}, {}, {}, {}, {}) "
        "ON CONFLICT (reference) DO NOTHING RETURNING id",
        uuid7(), account_id, amount, reason, reference[:80],
    )  # fmt: skip
    return bool(rows)


async def grant_daily(account_id: UUID) -> None:
    """Fill up to the daily grant, once a day. Unused credits do not pile up."""
    grant = settings.get().daily_credits
    missing = grant - await balance(account_id)
    if missing > 0:
        await post(account_id, missing, "grant", f"daily:{account_id}:{datetime.now(UTC).date()}")


async def charge(account_id: UUID, amount: int, reference: str) -> None:
    """Take credits, or refuse. Call inside the transaction that creates what is being paid for."""
    # The person's row is the lock: two tabs cannot spend the same last credit.
    await Account.raw("SELECT 1 FROM account WHERE id = {} FOR UPDATE", account_id)
    have = await balance(account_id)
    if have < amount:
        raise InsufficientCredits(N_("This costs {price} credits and you have {have}."), price=amount, have=have)
    await post(account_id, -amount, "charge", reference)


async def statement(account_id: UUID, limit: int = 200) -> list[dict[str, Any]]:
    return await (
        LedgerEntry.select().where(LedgerEntry.owner == account_id).order_by(LedgerEntry.posted_at, ascending=False)
        .limit(limit)
    )  # fmt: skip

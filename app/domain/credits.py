"""Credits: books in which every movement has two sides. What comes in is a lot; lots are spent soonest to expire first.

A generation's credits are held when it is asked for, and when it ends they are captured or released, each once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import db, settings
from app.domain import accounts
from app.domain.paging import Page, after, page_of
from app.errors import N_, InsufficientCredits
from app.models import CreditLot, LedgerEntry
from app.models.billing import SIDES
from app.models.ids import uuid7

DAILY_LIFE = timedelta(days=2)
STATEMENT_PAGE = 200
SPENDABLE = "remaining > 0 AND (expires_at IS NULL OR expires_at > now())"


async def balance(account_id: UUID) -> int:
    rows = await CreditLot.raw(
        f"SELECT coalesce(sum(remaining), 0) AS balance FROM credit_lot WHERE owner = {{}} AND {SPENDABLE}",  # noqa: S608
        account_id,
    )
    return int(rows[0]["balance"])


async def bring_in(
    account_id: UUID, amount: int, reason: str, reference: str, expires_at: datetime | None = None
) -> bool:
    """A new lot, once: False when this reference brought one before."""
    lot = uuid7()
    return await post(account_id, lot, amount, reason, reference, expires_at=expires_at, entry_id=lot)


async def post(
    account_id: UUID, lot: UUID, amount: int, reason: str, reference: str, part: int = 0,
    expires_at: datetime | None = None, entry_id: UUID | None = None,
) -> bool:  # fmt: skip
    """One movement, once: False when it was posted before. The trigger keeps the lot, and refuses what is not there."""
    source, target = SIDES[reason]
    rows = await LedgerEntry.raw(
        "INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference, part, expires_at)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
        " ON CONFLICT (reference, reason, part) DO NOTHING RETURNING id",
        entry_id or uuid7(), account_id, lot, amount, source, target, reason, reference[:120], part, expires_at,
    )  # fmt: skip
    return bool(rows)


async def grant_daily(account_id: UUID) -> None:
    """Fill up to the daily grant, once a day. What is bought does not count; what is not used expires, and so never
    piles up."""
    today = datetime.now(UTC)
    rows = await CreditLot.raw(
        f"SELECT coalesce(sum(remaining), 0) AS daily FROM credit_lot WHERE owner = {{}} AND reason = 'daily'"  # noqa: S608
        f" AND {SPENDABLE}",
        account_id,
    )
    missing = settings.get().daily_credits - int(rows[0]["daily"])
    if missing > 0:
        await bring_in(account_id, missing, "daily", f"daily:{account_id}:{today.date()}", today + DAILY_LIFE)


async def hold(account_id: UUID, amount: int, reference: str) -> int:
    """Set credits aside, or refuse; how many are left. Call inside the transaction that creates what they are for."""
    lots = await lots_of(account_id)
    have = sum(each["remaining"] for each in lots)
    if have < amount:
        raise InsufficientCredits(N_("This costs {price} credits and you have {have}."), price=amount, have=have)
    await take(account_id, lots, amount, "hold", reference)
    return have - amount


async def lots_of(account_id: UUID) -> list[dict[str, Any]]:
    """What can be spent, soonest to expire first. Call inside a transaction, which locks the person's row: two tabs
    cannot spend the same last credit."""
    await accounts.lock(account_id)
    return await CreditLot.raw(
        f"SELECT id, remaining FROM credit_lot WHERE owner = {{}} AND {SPENDABLE}"  # noqa: S608
        " ORDER BY expires_at NULLS LAST, brought_at, id",
        account_id,
    )


async def take(account_id: UUID, lots: list[dict[str, Any]], amount: int, reason: str, reference: str) -> int:
    """As much of the amount as these lots have; what was missing. Call inside the transaction that found them."""
    for part, lot in enumerate(lots):
        taken = min(amount, lot["remaining"])
        if taken == 0:
            break
        await post(account_id, lot["id"], taken, reason, reference, part)
        amount -= taken
    return amount


async def settle(account_id: UUID, used: int, reference: str) -> None:
    """End a hold: what was used is earned, the rest goes back to the lots it came from, those that last longest first.
    Call inside the transaction that ends what it was for."""
    holds = await (
        LedgerEntry.select(LedgerEntry.lot, LedgerEntry.amount, LedgerEntry.part)
        .where(LedgerEntry.owner == account_id, LedgerEntry.reference == reference, LedgerEntry.reason == "hold")
        .order_by(LedgerEntry.part)
    )  # fmt: skip
    for each in holds:
        captured = min(used, each["amount"])
        used -= captured
        for reason, amount in (("capture", captured), ("release", each["amount"] - captured)):
            if amount:
                await post(account_id, each["lot"], amount, reason, reference, each["part"])


async def expire() -> int:
    """Empty the lots whose time is over. Returns how many credits went."""
    over = await CreditLot.raw(
        "SELECT id, owner FROM credit_lot WHERE remaining > 0 AND expires_at <= now() ORDER BY expires_at LIMIT 1000"
    )
    gone = 0
    for lot in over:
        async with db.transaction():
            await accounts.lock(lot["owner"])
            rows = await CreditLot.raw("SELECT remaining FROM credit_lot WHERE id = {} FOR UPDATE", lot["id"])
            if rows and rows[0]["remaining"]:
                # A later release may fill an expired lot again: each time it is emptied is a part of its own.
                part = await LedgerEntry.count().where(LedgerEntry.lot == lot["id"], LedgerEntry.reason == "expire")
                gone += rows[0]["remaining"]
                await post(lot["owner"], lot["id"], rows[0]["remaining"], "expire", f"lot:{lot['id']}", part)
    return gone


async def statement(account_id: UUID, limit: int = STATEMENT_PAGE, cursor: str = "") -> list[dict[str, Any]]:
    """What changed the balance, newest first: `change` is signed, parts of one movement are one line, and what work
    was priced by stands beside it. A line has the place of its first part, which no later part moves."""
    moment, id = after(cursor) if cursor else (None, None)
    return await LedgerEntry.raw(
        "SELECT line.*, g.id AS generation, g.kind, g.status, g.work, g.cost, g.rate, g.price_list FROM ("
        "SELECT reason, reference, min(posted_at) AS posted_at, max(expires_at) AS expires_at,"
        " min(id::text)::uuid AS id, sum(amount)::int AS change"
        " FROM ledger_side WHERE owner = {} AND book = 'credits' GROUP BY reason, reference"
        ") line LEFT JOIN generation g"
        " ON g.id = CASE WHEN reference LIKE 'generation:%' THEN substr(reference, 12)::uuid END"
        " WHERE {}::timestamptz IS NULL OR (line.posted_at, line.id) < ({}, {})"
        " ORDER BY line.posted_at DESC, line.id DESC LIMIT {}",
        account_id, moment, moment, id, limit,
    )  # fmt: skip


async def statement_page(account_id: UUID, cursor: str = "") -> Page:
    lines = await statement(account_id, STATEMENT_PAGE + 1, cursor)
    return page_of(lines, STATEMENT_PAGE, lambda line: line["posted_at"])


async def held(account_id: UUID) -> int:
    """What is set aside for what is being made."""
    rows = await LedgerEntry.raw(
        "SELECT coalesce(sum(amount), 0) AS held FROM ledger_side WHERE owner = {} AND book = 'held'", account_id
    )
    return int(rows[0]["held"])


async def ending(account_id: UUID) -> dict[str, Any] | None:
    """What expires next, and when."""
    rows = await CreditLot.raw(
        "SELECT expires_at, sum(remaining)::int AS credits FROM credit_lot WHERE owner = {} AND remaining > 0"
        " AND expires_at > now() GROUP BY expires_at ORDER BY expires_at LIMIT 1",
        account_id,
    )
    return rows[0] if rows else None

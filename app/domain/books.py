"""The proof that the books add up, in sentences for an operator: `python -m app credits check` prints what it finds.
And the end of books that are ten years old."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import db, retention
from app.domain.sweeping import braked
from app.errors import N_
from app.models import CreditLot, LedgerEntry, Payment

logger = logging.getLogger(__name__)

OPEN_YEARS = "coalesce(finished_at, now()) > now() - interval '3650 days'"
"What a generation was paid with is known as long as its books are open."

NAMES = {
    "credits": N_("With people"),
    "held": N_("Set aside for what is being made"),
    "grants": N_("Given for free"),
    "sales": N_("Sold"),
    "revenue": N_("Earned"),
    "expired": N_("Expired"),
    "frozen": N_("Frozen while a payment is disputed"),
    "losses": N_("Lost in disputes"),
}

# Each finds rows only where something is wrong.
PROOFS: tuple[tuple[str, str], ...] = (
    (
        "Lot {id} says {remaining}, but its entries come to {sum}.",
        """SELECT id, coalesce(remaining, 0) AS remaining, coalesce(credits, 0) AS sum FROM
           (SELECT lot AS id, sum(amount) AS credits FROM ledger_side WHERE book = 'credits' GROUP BY lot) entries
           FULL JOIN credit_lot USING (id) WHERE remaining IS DISTINCT FROM credits""",
    ),
    (
        "An entry of lot {id} is somebody else's.",
        "SELECT l.id FROM credit_lot l JOIN ledger_entry e ON e.lot = l.id WHERE e.owner <> l.owner",
    ),
    (
        "{reference} holds {held} credits, but nothing is being made for them.",
        """SELECT reference, sum(amount) AS held FROM ledger_side WHERE book = 'held' GROUP BY reference
           HAVING sum(amount) <> 0 AND NOT EXISTS (SELECT 1 FROM generation
           WHERE 'generation:' || id = reference AND status IN ('queued', 'running'))""",
    ),
    (
        "Generation {id} is not over and holds {held} credits instead of {cost}.",
        """SELECT id, cost, coalesce(held, 0) AS held FROM generation LEFT JOIN
           (SELECT reference, sum(amount) AS held FROM ledger_side WHERE book = 'held' GROUP BY reference) holds
           ON reference = 'generation:' || id WHERE status IN ('queued', 'running') AND coalesce(held, 0) <> cost""",
    ),
    (
        "Generation {id} {status}, and {earned} credits of {cost} were taken for it.",
        f"""SELECT id, status, cost, coalesce(earned, 0) AS earned FROM generation LEFT JOIN
           (SELECT reference, sum(amount) AS earned FROM ledger_side WHERE book = 'revenue' GROUP BY reference) earnings
           ON reference = 'generation:' || id
           WHERE {OPEN_YEARS} AND ((status = 'failed' AND coalesce(earned, 0) <> 0)
           OR (status = 'succeeded' AND coalesce(earned, 0) <> cost)
           OR (status = 'canceled' AND coalesce(earned, 0) > cost))""",  # noqa: S608
    ),
    (
        "Credits were taken for generation {id} today, but nothing came of it.",
        """SELECT g.id FROM generation g JOIN ledger_entry e ON e.reference = 'generation:' || g.id
           WHERE g.status = 'succeeded' AND e.reason = 'capture' AND g.finished_at > now() - interval '1 day'
           AND NOT EXISTS (SELECT 1 FROM creation WHERE generation = g.id)""",
    ),
    (
        "Payment {id} is {status} and brought {bought} credits instead of {due}.",
        """SELECT id, status, coalesce(bought, 0) AS bought, due FROM
           (SELECT id, status, CASE status WHEN 'paid' THEN credits ELSE 0 END AS due FROM payment) p LEFT JOIN
           (SELECT reference, sum(amount) AS bought FROM ledger_entry WHERE reason = 'purchase' GROUP BY reference) e
           ON reference = 'stripe:' || id WHERE coalesce(bought, 0) <> due""",
    ),
    (
        "Of payment {id} {gone} credits were taken back instead of {due}.",
        """SELECT id, coalesce(gone, 0) AS gone, due FROM
           (SELECT id, CASE WHEN dispute = 'lost' THEN credits WHEN charged = 0 THEN 0
            ELSE credits::bigint * refunded / charged END AS due FROM payment WHERE status = 'paid') p LEFT JOIN
           (SELECT reference, sum(amount) AS gone FROM ledger_entry WHERE target = 'sales' GROUP BY reference) e
           ON reference = 'stripe:' || id WHERE coalesce(gone, 0) < due""",
    ),
)


async def check() -> list[str]:
    """Empty when everything adds up."""
    wrong = []
    for sentence, query in PROOFS:
        wrong += [sentence.format(**row) for row in await LedgerEntry.raw(query)]
    return wrong


async def totals() -> dict[str, int]:
    """Every book's sum. Together they are nought: what is in one came out of another."""
    rows = await LedgerEntry.raw(
        "SELECT book, sum(amount) AS total FROM (SELECT book, amount FROM ledger_side"
        " UNION ALL SELECT target, amount FROM closed_book UNION ALL SELECT source, -amount FROM closed_book) side"
        " GROUP BY book ORDER BY book"
    )
    return {row["book"]: int(row["total"]) for row in rows}


# Nothing of it has moved since, and nobody who is still here can spend what is left of it.
OVER = """
    SELECT l.id FROM credit_lot l JOIN account a ON a.id = l.owner
    WHERE l.brought_at < {} AND (l.remaining = 0 OR a.email = '')
    AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.lot = l.id AND e.posted_at >= {})
"""


async def close(now: datetime | None = None) -> None:
    """Of lots that are over only sums stay. PostgreSQL carries them over, and refuses what is not ten years old."""
    before = (now or datetime.now(UTC)) - timedelta(days=retention.classes()["books"].days)
    found = await CreditLot.raw(OVER, before, before)
    if found and not await braked("books", len(found), await CreditLot.count()):
        for lot in found:
            await _close(lot["id"])
        logger.info("closed the books of %d lots", len(found))
    await Payment.delete().where(Payment.created_at < before, Payment.status != "paid")


async def _close(lot: UUID) -> None:
    async with db.transaction():
        await Payment.raw(
            "DELETE FROM payment WHERE id = (SELECT substr(reference, 8)::uuid FROM ledger_entry"
            " WHERE id = {} AND reference LIKE 'stripe:%')",
            lot,
        )
        await LedgerEntry.delete().where(LedgerEntry.lot == lot)
        await CreditLot.delete().where(CreditLot.id == lot)

"""The proof that the books add up, in sentences for an operator. `python -m app credits check` prints what it finds."""

from app.models import LedgerEntry

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
        """SELECT id, status, cost, coalesce(earned, 0) AS earned FROM generation LEFT JOIN
           (SELECT reference, sum(amount) AS earned FROM ledger_side WHERE book = 'revenue' GROUP BY reference) earnings
           ON reference = 'generation:' || id
           WHERE (status = 'failed' AND coalesce(earned, 0) <> 0)
           OR (status = 'succeeded' AND coalesce(earned, 0) <> cost)
           OR (status = 'canceled' AND coalesce(earned, 0) > cost)""",
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
    rows = await LedgerEntry.raw("SELECT book, sum(amount) AS total FROM ledger_side GROUP BY book ORDER BY book")
    return {row["book"]: int(row["total"]) for row in rows}

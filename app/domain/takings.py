"""Money in and out, for those who run the studio: by day, by book, and each payment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.models import LedgerEntry, Payment

DAYS = 30


async def by_day() -> list[dict[str, Any]]:
    """Credits of each of the last days: sold, taken back for money that went back, earned by what was made, given."""
    return await LedgerEntry.raw(
        "SELECT day::date, coalesce(sum(amount) FILTER (WHERE reason = 'purchase'), 0)::int AS sold,"
        " coalesce(sum(amount) FILTER (WHERE target = 'sales'), 0)::int AS returned,"
        " coalesce(sum(amount) FILTER (WHERE reason = 'capture'), 0)::int AS earned,"
        " coalesce(sum(amount) FILTER (WHERE source = 'grants'), 0)::int AS given"
        " FROM generate_series({}::timestamp, {}::timestamp, interval '1 day') day"
        " LEFT JOIN ledger_entry ON posted_at >= day AT TIME ZONE 'UTC'"
        " AND posted_at < (day + interval '1 day') AT TIME ZONE 'UTC'"
        " GROUP BY day ORDER BY day",
        *_last_days(),
    )


async def by_currency() -> list[dict[str, Any]]:
    """Of payments made in the last days: what came, what went back, what is disputed or lost."""
    return await Payment.raw(
        "SELECT currency, count(*) AS payments, sum(charged)::bigint AS charged, sum(refunded)::bigint AS refunded,"
        " coalesce(sum(charged - refunded) FILTER (WHERE dispute IN ('open', 'lost')), 0)::bigint AS disputed"
        " FROM payment WHERE status = 'paid' AND paid_at > {} GROUP BY currency ORDER BY currency",
        datetime.now(UTC) - timedelta(days=DAYS),
    )


async def latest(limit: int = 100) -> list[Payment]:
    return await (
        Payment.objects().where(Payment.status.is_in(["paid", "wrong"]))
        .order_by(Payment.created_at, ascending=False).limit(limit)
    )  # fmt: skip


async def reasons(payment_ids: list[UUID]) -> dict[UUID, str]:
    """Why money was given back, as it stands on the record."""
    rows = await Payment.raw(
        "SELECT subject, detail->>'because' AS because FROM audit_event WHERE action = 'payment.refund'"
        " AND subject = ANY({}) ORDER BY at",
        [str(each) for each in payment_ids],
    )
    return {UUID(row["subject"]): row["because"] for row in rows}


def _last_days() -> tuple[datetime, datetime]:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return today - timedelta(days=DAYS - 1), today

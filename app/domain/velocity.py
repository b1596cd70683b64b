"""Whoever tries out stolen cards buys fast and with many: held up here before a page to pay on is opened. What one card
may do is Stripe's to judge."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from app import db, settings, stripe_api
from app.domain import accounts
from app.errors import N_, TooMany
from app.models import Account, Payment
from app.models.payments import Sale

logger = logging.getLogger(__name__)

NEW = timedelta(days=7)
PAID_WHEN_NEW, PAID, OPENED = 3, 10, 12
"Packs in an hour: paid by an account that is new, paid by any other, and pages to pay on that were opened."
CARDS = 4
"In a day, those that were refused included. Asked only once a second page was opened: most people open one."
HOUR = timedelta(hours=1)


async def check(payment: Payment, owner: Account, customer: str) -> None:
    """TooMany, with a sentence. Call before its page is opened; what was opened may always be finished."""
    generous = settings.get().rate_limits
    if not generous:
        return
    now = datetime.now(UTC)
    most = (PAID_WHEN_NEW if now - owner.created_at < NEW else PAID) * generous
    async with db.transaction():
        await accounts.lock(owner.id)  # counted and added to in one breath: many at once are as many one by one
        paid, opened = await _others(payment, now)
        if paid >= most or opened >= OPENED * generous:
            logger.warning("account %s buys fast: %d paid, %d opened", owner.id, paid, opened)
            raise TooMany(
                N_("That is a lot within an hour. So that nobody empties a stolen card here, please go on in an hour,"
                   " or write to us if you need more now."),
                retry_after=int(HOUR.total_seconds()),
            )  # fmt: skip
        await Payment.update({Payment.opened_at: now}).where(Payment.id == payment.id)
    if opened > 1 and await _cards(customer) >= CARDS * generous:
        logger.warning("account %s pays with many cards", owner.id)
        raise TooMany(
            N_("Many different cards were tried today. Please go on tomorrow, or write to us if they are all yours."),
            retry_after=int(timedelta(days=1).total_seconds()),
        )


async def _others(payment: Payment, now: datetime) -> tuple[int, int]:
    rows = await Payment.raw(
        "SELECT count(*) FILTER (WHERE status = 'paid') AS paid, count(opened_at) AS opened FROM payment"
        " WHERE owner = {} AND kind = {} AND created_at > {} AND id <> {}",
        payment.owner, Sale.PACK.value, now - HOUR, payment.id,
    )  # fmt: skip
    return rows[0]["paid"], rows[0]["opened"]


async def _cards(customer: str) -> int:
    """Counted where they are: nothing of a card is kept here, not even what tells two of them apart."""
    since = int((datetime.now(UTC) - timedelta(days=1)).timestamp())
    charges: Any = await stripe_api.api().charges.list_async(
        {"customer": customer, "created": {"gte": since}, "limit": 100}
    )
    details = [getattr(charge, "payment_method_details", None) for charge in charges.data]
    return len({each.card.fingerprint for each in details if each and getattr(each, "card", None)})

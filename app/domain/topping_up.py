"""The card that somebody chose to have charged when their credits run low."""

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app import db, prices, stripe_api
from app.domain import notices, switches
from app.domain.settling import follow
from app.errors import DomainError, Invalid
from app.models import Payment, Spending
from app.models.payments import Sale

logger = logging.getLogger(__name__)

# Three in a day and not two within ten minutes: whoever spends faster than that is asked by the empty balance.
DUE = """
    SELECT s.owner, s.customer, s.top_up_offer AS offer FROM spending s
    WHERE s.top_up_below IS NOT NULL AND s.customer IS NOT NULL
    AND s.top_up_below > (SELECT coalesce(sum(remaining), 0) FROM credit_lot l WHERE l.owner = s.owner
                          AND remaining > 0 AND (expires_at IS NULL OR expires_at > now()))
    AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.owner = s.owner AND p.kind = 'top_up'
                    AND p.created_at > now() - interval '10 minutes')
    AND 3 > (SELECT count(*) FROM payment p WHERE p.owner = s.owner AND p.kind = 'top_up'
             AND p.created_at > now() - interval '1 day')
"""
# Begun, and the answer was lost: asked again with the same key, as long as Stripe remembers it.
UNANSWERED = """
    SELECT p.id, p.owner, s.customer FROM payment p JOIN spending s ON s.owner = p.owner
    WHERE p.kind = 'top_up' AND p.status = 'open' AND p.intent IS NULL AND p.created_at > now() - interval '23 hours'
"""


async def top_up() -> int:
    """Returns how many cards were charged."""
    for due in await Payment.raw(DUE) if await switches.is_on("buying") else []:
        await _begin(due["owner"], due["offer"])
    charged = 0
    for row in await Payment.raw(UNANSWERED):
        try:
            charged += await _charge(row["id"], row["owner"], row["customer"])
        except DomainError:
            logger.warning("payment %s waits: Stripe does not answer", row["id"])
    return charged


async def _begin(owner: UUID, offer_id: str) -> None:
    """The minute is the key: two who look after this at once begin one payment."""
    offer = next((each for each in prices.current().packs if each.id == offer_id), None)
    if offer is None:
        await _stop(owner)
        return
    now = datetime.now(UTC)
    await Payment.insert(Payment(
        owner=owner, kind=Sale.TOP_UP.value, offer=offer.id, credits=offer.credits, amount=offer.amount,
        currency=offer.currency, request_key=f"top-up:{now:%Y-%m-%dT%H:%M}", created_at=now,
    )).on_conflict(action="DO NOTHING")  # fmt: skip


async def _charge(payment_id: UUID, owner: UUID, customer: str) -> bool:
    payment = await Payment.objects().get(Payment.id == payment_id)
    if payment is None:
        return False
    api = stripe_api.api()
    try:
        async with stripe_api.sentences():
            cards = await api.payment_methods.list_async({"customer": customer, "type": "card", "limit": 1})
            if not cards.data:
                raise Invalid("")
            asked: dict[str, Any] = {
                "amount": payment.amount, "currency": payment.currency, "customer": customer,
                "payment_method": cards.data[0].id, "off_session": True, "confirm": True,
                "metadata": {"payment": str(payment_id)},
            }  # fmt: skip
            intent = await api.payment_intents.create_async(asked, {"idempotency_key": f"top-up:{payment_id}"})
    except Invalid:
        await Payment.update({Payment.status: "over"}).where(Payment.id == payment_id, Payment.status == "open")
        await _stop(owner)
        return False
    await Payment.update({Payment.intent: intent.id}).where(Payment.id == payment_id)
    await follow(payment_id)
    return True


async def _stop(owner: UUID) -> None:
    """A card that was refused is not tried again and again: they choose anew."""
    async with db.transaction():
        await Spending.update({Spending.top_up_below: None}).where(Spending.owner == owner)
        await notices.tell(owner, "money.failed")

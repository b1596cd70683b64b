"""What Stripe says of a payment now, read there and nowhere else; the books follow in settling.py."""

from typing import Any

import msgspec

from app import stripe_api
from app.models import Payment
from app.models.payments import Sale

WON = {"won", "warning_closed", "prevented"}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as Stripe has it now."""

    paid: bool
    over: bool = False
    amount: int
    currency: str
    charged: int = 0
    refunded: int = 0
    dispute: str = ""
    intent: str | None = None
    receipt_url: str = ""


async def look(payment: Payment, checkout: str | None) -> Seen | None:
    """None while Stripe knows nothing of it, or what it knows is somebody else's."""
    seen = None
    if payment.kind == Sale.PLAN:
        seen = await _by_invoice(payment.invoice) if payment.invoice else None
    elif checkout:
        seen = await _by_checkout(checkout, payment)
    elif payment.intent:
        seen = await _by_intent(payment.intent)
    return await _with_charge(seen) if seen and seen.paid and seen.intent else seen


async def _by_invoice(invoice_id: str) -> Seen:
    invoice = await stripe_api.api().invoices.retrieve_async(invoice_id, {"expand": ["payments.data.payment"]})
    links = invoice.payments.data if invoice.payments else []
    intent = next((id_of(link.payment.payment_intent) for link in links if link.payment.payment_intent), None)
    return Seen(paid=invoice.status == "paid", amount=invoice.subtotal, currency=invoice.currency, intent=intent)


async def _by_checkout(checkout: str, payment: Payment) -> Seen | None:
    session = await stripe_api.api().checkout.sessions.retrieve_async(checkout)
    if session.client_reference_id != str(payment.id):
        return None
    return Seen(
        paid=session.payment_status in ("paid", "no_payment_required") and session.status == "complete",
        over=session.status == "expired", amount=session.amount_subtotal, currency=session.currency,
        intent=id_of(session.payment_intent),
    )  # fmt: skip


async def _by_intent(intent_id: str) -> Seen:
    found = await stripe_api.api().payment_intents.retrieve_async(intent_id)
    return Seen(
        paid=found.status == "succeeded", over=found.status == "canceled", amount=found.amount,
        currency=found.currency, intent=found.id,
    )  # fmt: skip


async def _with_charge(seen: Seen) -> Seen:
    api = stripe_api.api()
    intent = await api.payment_intents.retrieve_async(seen.intent, {"expand": ["latest_charge"]})
    charge = intent.latest_charge
    disputes = await api.disputes.list_async({"payment_intent": seen.intent}) if charge and charge.disputed else None
    states = {each.status for each in disputes.data} if disputes else set()
    dispute = "" if not states else "lost" if "lost" in states else "won" if states <= WON else "open"
    return msgspec.structs.replace(
        seen, charged=charge.amount if charge else 0, refunded=charge.amount_refunded if charge else 0,
        dispute=dispute, receipt_url=((charge and charge.receipt_url) or "")[:400],
    )  # fmt: skip


def id_of(thing: Any) -> str | None:
    """Of an object, or of the id that stands for it."""
    return thing if isinstance(thing, str) or thing is None else str(thing.id)


def within(thing: Any, *path: str) -> Any:
    """None where a part of the path is missing: Stripe's objects have only what they were sent with."""
    for name in path:
        thing = getattr(thing, name, None)
    return thing

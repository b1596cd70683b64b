"""From what Stripe says to the books. Whatever was heard is read again first, and only the difference is posted: any
number of times, in any order, from a webhook, a returning browser or the search for what never came."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import cache, db, stripe_api
from app.domain import accounts, at_stripe, credits, measuring, notices
from app.models import LedgerEntry, Payment, ids
from app.models.payments import Sale
from app.realtime import bus
from app.realtime.events import CreditsChanged

logger = logging.getLogger(__name__)

PLAN_LIFE = timedelta(days=62)
HEARD = (
    "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired",
    "payment_intent.succeeded", "payment_intent.payment_failed", "charge.refunded", "charge.dispute.created",
    "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated", "invoice.paid",
)  # fmt: skip
RANK = {"": 0, "open": 1, "won": 2, "lost": 2}
LOOK_BACK, OVERLAP = timedelta(days=3), timedelta(minutes=10)
RECONCILED = "stripe:reconciled"


async def hear(event: Any) -> None:
    """Nothing of an event is believed but which payment it is about; others' are none of ours."""
    thing = event.data.object
    match thing.object:
        case "checkout.session":
            await follow(ids.read(thing.client_reference_id), checkout=thing.id)
        case "payment_intent":
            await _follow_intent(thing.id)
        case "charge" | "dispute" if thing.payment_intent:
            await _follow_intent(str(at_stripe.id_of(thing.payment_intent)))
        case "invoice":
            await _follow_invoice(thing.id)


async def reconcile() -> int:
    """Hear again whatever Stripe has to tell since the last time, delivered or not. Returns how many events."""
    began = datetime.now(UTC)
    last = await cache.redis().get(RECONCILED)
    since = datetime.fromtimestamp(float(last), UTC) - OVERLAP if last else began - LOOK_BACK
    events = await stripe_api.api().events.list_async(
        {"created": {"gte": int(since.timestamp())}, "types": list(HEARD), "limit": 100}
    )
    heard = 0
    async for event in events.auto_paging_iter():
        await hear(event)
        heard += 1
    await cache.redis().set(RECONCILED, str(began.timestamp()))
    return heard


async def compare() -> list[str]:
    """How the payments of the last month differ from what Stripe says of them, in sentences for an operator."""
    wrong = []
    rows = await Payment.objects().where(Payment.created_at > datetime.now(UTC) - timedelta(days=31))
    for payment in rows:
        seen = await at_stripe.look(payment, payment.checkout)
        if seen is None:
            continue
        ours = (payment.status in ("paid", "wrong"), payment.refunded, payment.dispute)
        theirs = (seen.paid, seen.refunded, seen.dispute)
        if ours != theirs:
            wrong.append(f"Payment {payment.id}: paid, refunded, disputed are {ours} here and {theirs} at Stripe.")
    return wrong


async def follow(payment_id: UUID | None, checkout: str | None = None) -> None:
    """Read a payment again at Stripe and bring the books there."""
    payment = await Payment.objects().get(Payment.id == payment_id) if payment_id else None
    if payment is None:
        return
    seen = await at_stripe.look(payment, payment.checkout or checkout)
    if seen is None:
        return
    async with db.transaction():
        # One at a time, and after the person's own row, as everywhere: no two wait for each other.
        await accounts.lock(payment.owner)
        changed = await _post(payment.id, seen)
    if changed:
        await bus.publish(bus.account_topic(payment.owner), CreditsChanged(payment.owner))


async def _follow_intent(intent_id: str) -> None:
    payment = await Payment.objects().get(Payment.intent == intent_id)
    if payment is not None:
        await follow(payment.id)
        return
    # Heard before the payment itself was: Stripe knows whose it is.
    intent = await stripe_api.api().payment_intents.retrieve_async(intent_id)
    if known := ids.read(at_stripe.within(intent, "metadata", "payment")):
        await follow(known)
        return
    links = await stripe_api.api().invoice_payments.list_async(
        {"payment": {"type": "payment_intent", "payment_intent": intent_id}}
    )
    for link in links.data:
        await _follow_invoice(str(at_stripe.id_of(link.invoice)))


async def _follow_invoice(invoice_id: str) -> None:
    """The first of a plan belongs to the payment that began it; each later one is a payment of its own."""
    invoice = await stripe_api.api().invoices.retrieve_async(invoice_id)
    begun = ids.read(at_stripe.within(invoice, "parent", "subscription_details", "metadata", "payment"))
    first = await Payment.objects().get(Payment.id == begun) if begun else None
    if first is None:
        return
    if invoice.billing_reason == "subscription_create":
        await Payment.update({Payment.invoice: invoice.id}).where(Payment.id == first.id)
        await follow(first.id)
        return
    new = Payment(
        owner=first.owner, kind=Sale.PLAN.value, offer=first.offer, credits=first.credits, amount=first.amount,
        currency=first.currency, invoice=invoice.id, created_at=datetime.now(UTC),
    )  # fmt: skip
    await Payment.insert(new).on_conflict(action="DO NOTHING")
    found = await Payment.objects().get(Payment.invoice == invoice.id)
    await follow(found.id if found else None)


async def _post(payment_id: UUID, seen: at_stripe.Seen) -> bool:
    """The difference between what the books say and what was seen, which may be older than what they say: a payment
    is never unpaid again, what was given back only grows, and a dispute that ended stays ended."""
    rows = await Payment.raw("SELECT * FROM payment WHERE id = {} FOR UPDATE", payment_id)
    payment = Payment(**rows[0])
    agreed = (seen.amount, seen.currency) == (payment.amount, payment.currency)
    if seen.paid and not agreed:
        logger.error("payment %s is not what was agreed: no credits", payment_id)
    status = payment.status
    if status != "paid":
        status = ("paid" if agreed else "wrong") if seen.paid else "over" if seen.over else status
    dispute = payment.dispute if RANK[payment.dispute] >= RANK[seen.dispute] else seen.dispute
    await Payment.raw(
        "UPDATE payment SET status = {}, charged = {}, refunded = {}, dispute = {}, intent = coalesce(intent, {}),"
        " receipt_url = {}, paid_at = coalesce(paid_at, {}) WHERE id = {}",
        status, max(payment.charged, seen.charged), refunded := max(payment.refunded, seen.refunded), dispute,
        seen.intent, seen.receipt_url or payment.receipt_url, datetime.now(UTC) if seen.paid else None, payment_id,
    )  # fmt: skip
    if status != "paid":
        return False
    expires_at = datetime.now(UTC) + PLAN_LIFE if payment.kind == Sale.PLAN else None
    bought = await credits.bring_in(payment.owner, payment.credits, "purchase", reference(payment_id), expires_at)
    if bought:
        await notices.tell(payment.owner, "money.receipt", credits=payment.credits)
        await measuring.note("purchase", payment.owner)
    charged = max(payment.charged, seen.charged)
    gone = payment.credits if dispute == "lost" else payment.credits * refunded // charged if charged else 0
    return await _take_back(payment, gone, dispute) or bought


async def _take_back(payment: Payment, gone: int, dispute: str) -> bool:
    """Of a payment's lot: what money went back for leaves the books, what is disputed is frozen, and what was spent
    before that is the studio's loss and no debt of the person's."""
    rows = await LedgerEntry.raw(
        "SELECT l.id, l.remaining, e.reason, count(*) AS parts, sum(e.amount) AS amount FROM ledger_entry e"
        " JOIN credit_lot l ON l.id = e.lot WHERE e.reference = {} GROUP BY l.id, l.remaining, e.reason",
        reference(payment.id),
    )  # fmt: skip
    lot, remaining = rows[0]["id"], rows[0]["remaining"]
    sums = {row["reason"]: int(row["amount"]) for row in rows}
    parts = {row["reason"]: int(row["parts"]) for row in rows}
    moved: list[tuple[str, int]] = []
    frozen = sums.get("freeze", 0) - sums.get("unfreeze", 0) - sums.get("forfeit", 0)
    gone -= sum(sums.get(reason, 0) for reason in ("refund", "writeoff", "forfeit"))
    forfeited = min(gone, frozen) if gone > 0 else 0
    refunded = min(gone - forfeited, remaining) if gone > 0 else 0
    moved += [("forfeit", forfeited), ("refund", refunded), ("writeoff", gone - forfeited - refunded)]
    if dispute == "open":
        moved.append(("freeze", remaining - refunded))
    else:
        moved.append(("unfreeze", frozen - forfeited))
    posted = False
    for reason, amount in moved:
        if amount > 0:
            await credits.post(payment.owner, lot, amount, reason, reference(payment.id), parts.get(reason, 0))
            posted = True
            if reason == "refund":
                await notices.tell(payment.owner, "money.refunded")
    return posted


def reference(payment_id: UUID) -> str:
    return f"stripe:{payment_id}"

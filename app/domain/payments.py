"""Buying credits: begun here, paid on Stripe's own pages, believed only when Stripe says so (settling.py)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import db, prices, settings, stripe_api
from app.domain import audit, switches, velocity
from app.domain.settling import follow
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Account, Payment, Spending
from app.models.payments import Sale
from app.prices import Offer

KEY_LIFE = timedelta(hours=23)
"Stripe forgets an idempotency key after a day: from then on, asking again would be asking twice."
KEY_LENGTH = 64
TOO_LONG = N_("This page has been open for too long. Reload it and begin again; nothing was charged.")


async def buy(owner: Account, offer_id: str, request_key: str, keep_card: bool = False) -> str:
    """Where to pay: the address of Stripe's page. However often the same form is sent, there is one payment."""
    await switches.must_be_on("buying")
    kind, offer = _offered(offer_id)
    if not request_key or len(request_key) > KEY_LENGTH or not request_key.isprintable():
        raise Invalid(N_("We could not read that."))
    payment = await _begun(owner.id, kind, offer, request_key)
    if (payment.offer, payment.credits, payment.amount, payment.currency) != (
        offer.id, offer.credits, offer.amount, offer.currency,
    ):  # fmt: skip
        raise Conflict(N_("This was begun with other choices. Reload the page and begin again."))
    async with stripe_api.sentences():
        return await _page_of(payment, owner, offer, keep_card)


async def portal(owner: Account) -> str:
    """The address of Stripe's page for cards, invoices, and ending a plan."""
    async with stripe_api.sentences():
        session = await stripe_api.api().billing_portal.sessions.create_async(
            {"customer": await _customer(owner), "return_url": f"{settings.get().base_url}/billing"}
        )
    return str(session.url)


async def refund(payment_id: UUID, because: str, actor: UUID) -> None:
    """All of it, with a reason on the record. The books follow when Stripe says that the money went back."""
    payment = await get(payment_id)
    because = because.strip()[:200]
    if not because:
        raise Invalid(N_("Say why, for the record."), field="because")
    if payment.status != "paid" or not payment.intent or payment.refunded >= payment.charged:
        raise Conflict(N_("There is nothing to give back of this payment."))
    async with db.transaction():
        left = payment.charged - payment.refunded
        await audit.note(actor, "payment.refund", str(payment_id), because=because, amount=left)
    async with stripe_api.sentences():
        await stripe_api.api().refunds.create_async(
            {"payment_intent": payment.intent, "metadata": {"payment": str(payment_id)}},
            {"idempotency_key": f"refund:{payment_id}:{payment.refunded}"},
        )
    await follow(payment_id)


async def get(payment_id: UUID) -> Payment:
    payment = await Payment.objects().get(Payment.id == payment_id)
    if payment is None:
        raise NotFound
    return payment


async def of(owner_id: UUID, limit: int = 50) -> list[Payment]:
    """What somebody paid, newest first; what was only begun is no news."""
    return await (
        Payment.objects().where(Payment.owner == owner_id, Payment.status.is_in(["paid", "wrong"]))
        .order_by(Payment.created_at, ascending=False).limit(limit)
    )  # fmt: skip


def _offered(offer_id: str) -> tuple[Sale, Offer]:
    """By its id alone: what it costs is never read from a form."""
    for kind, offers in ((Sale.PACK, prices.current().packs), (Sale.PLAN, prices.current().plans)):
        for offer in offers:
            if offer.id == offer_id:
                return kind, offer
    raise Invalid(N_("This is not one of the choices."), field="offer")


async def _begun(owner_id: UUID, kind: Sale, offer: Offer, request_key: str) -> Payment:
    new = Payment(
        owner=owner_id, kind=kind.value, offer=offer.id, credits=offer.credits, amount=offer.amount,
        currency=offer.currency, request_key=request_key, created_at=datetime.now(UTC),
    )  # fmt: skip
    await Payment.insert(new).on_conflict(action="DO NOTHING")
    found = await Payment.objects().get((Payment.owner == owner_id) & (Payment.request_key == request_key))
    if found is None:
        raise NotFound
    return found


async def _page_of(payment: Payment, owner: Account, offer: Offer, keep_card: bool) -> str:
    sessions = stripe_api.api().checkout.sessions
    ours = f"{settings.get().base_url}/billing"
    if payment.checkout:
        session = await sessions.retrieve_async(payment.checkout)
    elif datetime.now(UTC) - payment.created_at > KEY_LIFE:
        # The answer was lost, and it was a day ago: look for what it may have been instead of beginning another.
        session = await _lost(payment, owner)
    else:
        await velocity.check(payment, owner, await _customer(owner))
        session = await sessions.create_async(
            await _wanted(payment, owner, offer, keep_card), {"idempotency_key": f"checkout:{payment.id}"}
        )
    await Payment.update({Payment.checkout: session.id}).where(Payment.id == payment.id)
    if session.status == "complete":
        await follow(payment.id)
        return f"{ours}?bought={payment.id}"
    if session.status != "open":
        raise Conflict(TOO_LONG)
    return str(session.url)


async def _lost(payment: Payment, owner: Account) -> Any:
    found = await stripe_api.api().checkout.sessions.list_async(
        {"customer": await _customer(owner), "created": {"gte": int(payment.created_at.timestamp()) - 60}, "limit": 100}
    )
    for session in found.data:
        if session.client_reference_id == str(payment.id):
            return session
    raise Conflict(TOO_LONG)


async def _wanted(payment: Payment, owner: Account, offer: Offer, keep_card: bool) -> dict[str, Any]:
    name = offer.name.get(owner.language) or offer.name["en"]
    price: dict[str, Any] = {
        "currency": payment.currency, "unit_amount": payment.amount,
        "product_data": {"name": f"qwenimage.art · {name}", "metadata": {"offer": offer.id}},
    }  # fmt: skip
    told = {"payment": str(payment.id)}
    wanted: dict[str, Any] = {
        "mode": "payment", "customer": await _customer(owner), "client_reference_id": str(payment.id),
        "metadata": told, "line_items": [{"quantity": 1, "price_data": price}], "locale": owner.language,
        "success_url": f"{settings.get().base_url}/billing?bought={payment.id}",
        "cancel_url": f"{settings.get().base_url}/billing",
        "allow_promotion_codes": settings.get().stripe_coupons,
        # In the currency of the price list: what comes back is compared with what was agreed.
        "adaptive_pricing": {"enabled": False},
    }  # fmt: skip
    if settings.get().stripe_tax:
        price["tax_behavior"] = "exclusive"
        wanted |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
    if payment.kind == Sale.PLAN:
        await _refuse_a_second_plan(owner)
        price["recurring"] = {"interval": "month"}
        return wanted | {"mode": "subscription", "subscription_data": {"metadata": told}}
    kept = {"setup_future_usage": "off_session"} if keep_card else {}
    return wanted | {"payment_intent_data": {"metadata": told} | kept, "invoice_creation": {"enabled": True}}


async def _refuse_a_second_plan(owner: Account) -> None:
    running = await stripe_api.api().subscriptions.list_async({"customer": await _customer(owner), "status": "active"})
    if running.data:
        raise Conflict(N_("You have a plan already. It can be changed or ended under “Cards and invoices”."))


async def _customer(owner: Account) -> str:
    known = await Spending.objects().get(Spending.owner == owner.id)
    if known and known.customer:
        return str(known.customer)
    made = await stripe_api.api().customers.create_async(
        {"email": owner.email, "preferred_locales": [owner.language], "metadata": {"account": str(owner.id)}},
        {"idempotency_key": f"customer:{owner.id}"},
    )
    # Two at once were given the same one by their key.
    await Spending.raw(
        "INSERT INTO spending (owner, customer) VALUES ({}, {}) ON CONFLICT (owner) DO UPDATE"
        " SET customer = coalesce(spending.customer, excluded.customer)",
        owner.id, made.id,
    )  # fmt: skip
    return str(made.id)

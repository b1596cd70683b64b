"""Money that goes back takes its credits along, and never more than are left: what was spent is the studio's loss."""

import pytest

from app import db
from app.domain import at_stripe, books, credits, payments, settling
from app.errors import Conflict, Invalid
from app.models import AuditEvent, Payment
from tests.payments.conftest import Shop
from tests.people import Person, spend


async def paid(shop: Shop) -> Payment:
    payment = await shop.pay()
    await settling.follow(payment.id)
    return await payments.get(payment.id)


async def test_a_refund_takes_the_credits_and_its_reason_is_on_the_record(shop: Shop):
    payment = await paid(shop)
    await payments.refund(payment.id, "Bought twice by mistake.", shop.alice.me)
    await shop.tell_all()

    assert await credits.balance(shop.alice.me) == 0
    assert await books.totals() == {"credits": 0, "sales": 0}
    [event] = await AuditEvent.objects().output(load_json=True)
    assert (event.action, event.detail["because"]) == ("payment.refund", "Bought twice by mistake.")
    with pytest.raises(Conflict):
        await payments.refund(payment.id, "And again.", shop.alice.me)


async def test_a_refund_needs_a_reason(shop: Shop):
    payment = await paid(shop)
    with pytest.raises(Invalid):
        await payments.refund(payment.id, "  ", shop.alice.me)
    assert await credits.balance(shop.alice.me) == 5000


async def test_a_refund_at_stripe_of_a_part_takes_that_part(shop: Shop):
    payment = await paid(shop)
    for part in (100, 150):
        shop.stripe.bank.refund(str(payment.intent), part)
    await shop.tell_all()

    assert await credits.balance(shop.alice.me) == 2500


async def test_what_was_spent_is_no_debt(shop: Shop, bob: Person):
    payment = await paid(shop)
    await credits.bring_in(shop.alice.me, 300, "grant", "gift")
    await spend(shop.alice.me, 4000)
    shop.stripe.bank.refund(str(payment.intent))
    await shop.tell_all()

    assert await credits.balance(shop.alice.me) == 300
    assert await books.totals() == {
        "credits": 300, "grants": -300, "held": 0, "losses": -4000, "revenue": 4000, "sales": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("decided", "left"), [("won", 4000), ("lost", 0)])
async def test_a_disputed_payment_freezes_what_is_left_until_it_is_decided(shop: Shop, decided: str, left: int):
    payment = await paid(shop)
    await spend(shop.alice.me, 1000)
    dispute = shop.stripe.bank.dispute(str(payment.intent))
    await shop.tell_all()
    assert await credits.balance(shop.alice.me) == 0

    shop.stripe.bank.decide(dispute["id"], decided)
    await shop.tell_all()

    assert await credits.balance(shop.alice.me) == left
    statement = (await shop.alice.get("/billing")).text
    assert ("Back again" in statement) == (decided == "won") and "disputed" in statement
    totals = await books.totals()
    assert totals["frozen"] == 0 and sum(totals.values()) == 0
    assert totals["sales"] == (-5000 if decided == "won" else 0)


async def test_an_old_answer_that_comes_late_undoes_nothing(shop: Shop):
    """Two read at Stripe, and the one that read first writes last."""
    payment = await paid(shop)
    dispute = shop.stripe.bank.dispute(str(payment.intent))
    old = await at_stripe.look(payment, None)
    assert old is not None and old.dispute == "open"
    shop.stripe.bank.decide(dispute["id"], "won")
    await shop.tell_all()

    async with db.transaction():
        await settling._post(payment.id, old)

    assert await credits.balance(shop.alice.me) == 5000


async def test_a_refund_during_a_dispute_goes_once(shop: Shop):
    payment = await paid(shop)
    dispute = shop.stripe.bank.dispute(str(payment.intent))
    await shop.tell_all()
    shop.stripe.bank.refund(str(payment.intent))
    await shop.tell_all()
    shop.stripe.bank.decide(dispute["id"], "lost")
    await shop.tell_all()

    totals = await books.totals()
    assert (totals["sales"], totals["frozen"], totals.get("losses", 0)) == (0, 0, 0)
    assert await credits.balance(shop.alice.me) == 0

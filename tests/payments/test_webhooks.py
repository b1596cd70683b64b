"""What is said to come from Stripe is believed when it is signed, lately, for our kind of money, and read again."""

import json
import time

import pytest

from app.domain import credits, settling
from app.models import LedgerEntry
from tests.payments.conftest import Shop
from tests.people import Browser

pytestmark = pytest.mark.policy("P38")


async def knock(shop: Shop, body: bytes | str, headers: dict[str, str]) -> int:
    return (await shop.alice.post("/webhooks/stripe", content=body, headers=headers)).status_code


async def test_it_needs_no_cookie_and_no_page_of_ours(shop: Shop, visitor: Browser):
    await shop.pay()
    body, headers = shop.stripe.signed(shop.stripe.bank.events[-1])
    del visitor.headers["Sec-Fetch-Site"]

    assert (await visitor.post("/webhooks/stripe", content=body, headers=headers)).status_code == 200
    assert await credits.balance(shop.alice.me) == 5000


async def test_forged_old_and_foreign_ones_leave_no_trace(shop: Shop):
    await shop.pay()
    event = shop.stripe.bank.events[-1]
    body, headers = shop.stripe.signed(event)
    asked = len(shop.stripe.asked)

    assert await shop.tell(event, secret="whsec_of_somebody_else") == 400
    assert await shop.tell(event, at=time.time() - 301) == 400
    assert await shop.tell(event | {"livemode": True}) == 400
    assert await knock(shop, body, {}) == 400
    assert await knock(shop, body, {"Stripe-Signature": "t=x,v1=y"}) == 400
    assert await knock(shop, body.replace("500", "501"), headers) == 400
    assert await knock(shop, b"\xff\xfe", {"Stripe-Signature": headers["Stripe-Signature"]}) == 400
    assert await knock(shop, "", headers) == 400

    assert len(shop.stripe.asked) == asked, "Stripe was asked because of something forged"
    assert await LedgerEntry.count() == 0


@pytest.mark.parametrize(
    "body", ["[]", "null", '"x"', "{}", '{"object": "event"}', '{"object":"event","livemode":false}']
)
async def test_signed_nonsense_is_refused(shop: Shop, body: str):
    _, headers = shop.stripe.signed(json.loads(body))
    assert await knock(shop, json.dumps(json.loads(body)), headers) in (200, 400)
    assert await LedgerEntry.count() == 0


async def test_what_an_event_says_is_not_what_is_believed(shop: Shop):
    """Signed and wrong: the session is not paid, whatever the event says."""
    payment = await shop.begin()
    session = shop.stripe.bank.get(str(payment.checkout)) | {"status": "complete", "payment_status": "paid"}
    event = shop.stripe.bank.new("event", "evt", type="checkout.session.completed", data={"object": session})

    assert await shop.tell(event) == 200
    assert await credits.balance(shop.alice.me) == 0


async def test_things_bought_elsewhere_with_the_same_account_are_none_of_ours(shop: Shop):
    bank = shop.stripe.bank
    intent = bank._intent(700, "usd", {"metadata": {"order": "7"}})
    bank._succeed(intent, 700)
    bank.refund(intent["id"])
    session = bank.new("checkout.session", "cs", client_reference_id="order-7", status="complete")
    bank.tell("checkout.session.completed", session)

    await shop.tell_all()

    assert await LedgerEntry.count() == 0


async def test_while_stripe_does_not_answer_it_has_to_tell_again(shop: Shop):
    await shop.pay()
    event = shop.stripe.bank.events[-1]
    shop.stripe.lose = 100
    assert await shop.tell(event) == 503
    shop.stripe.lose = 0
    assert await shop.tell(event) == 200
    assert await credits.balance(shop.alice.me) == 5000


async def test_what_never_came_is_found(shop: Shop):
    await shop.pay()
    assert await settling.reconcile() > 0
    assert await credits.balance(shop.alice.me) == 5000

    [intent] = shop.stripe.bank.all("payment_intent")
    shop.stripe.bank.refund(intent["id"])
    await settling.reconcile()

    assert await credits.balance(shop.alice.me) == 0

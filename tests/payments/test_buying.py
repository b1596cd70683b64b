"""Alice buys credits: once, for what it costs, however badly the connection behaves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app import outbound, settings, stripe_api
from app.domain import books, credits, payments, settling
from app.errors import Conflict, Invalid, NoRoom
from app.models import LedgerEntry, Notice, Payment
from tests.payments.conftest import Shop
from tests.payments.server import StandIn
from tests.people import Browser, Person, grow_old

DAY_OLD = datetime.now(UTC) - timedelta(hours=25)


async def bought(person: Person) -> int:
    """Credits that were ever bought, whatever became of them."""
    rows = await LedgerEntry.select(LedgerEntry.amount).where(
        LedgerEntry.owner == person.me, LedgerEntry.reason == "purchase"
    )
    return sum(row["amount"] for row in rows)


async def sessions(stripe: StandIn) -> int:
    return len(stripe.bank.all("checkout.session"))


async def test_a_pack_is_paid_at_stripe_and_its_credits_come_once(shop: Shop):
    payment = await shop.pay()
    assert await credits.balance(shop.alice.me) == 0

    await shop.tell_all()
    await shop.tell_all()

    paid = await payments.get(payment.id)
    assert (paid.status, paid.charged, paid.receipt_url[:8]) == ("paid", 500, "https://")
    assert await credits.balance(shop.alice.me) == 5000
    assert await books.totals() == {"credits": 5000, "sales": -5000}
    told = await Notice.select(Notice.channel).where(Notice.account == shop.alice.me, Notice.kind == "money.receipt")
    assert sorted(row["channel"] for row in told) == ["app", "mail"]


async def test_pressed_twice_and_twenty_times_it_is_one_payment(shop: Shop):
    found = await asyncio.gather(*(shop.begin(key="same") for _ in range(20)))

    assert len({payment.checkout for payment in found}) == 1
    assert await sessions(shop.stripe) == 1 and await Payment.count() == 1
    assert len(shop.stripe.bank.all("customer")) == 1


async def test_an_answer_that_was_lost_is_asked_for_again_and_makes_no_second_page(shop: Shop):
    await shop.begin(key="first, so that she is known")
    shop.stripe.lose = 3
    with pytest.raises(NoRoom):
        await shop.begin(key="lost")
    assert await sessions(shop.stripe) == 2

    again = await shop.begin(key="lost")

    assert await sessions(shop.stripe) == 2 and again.checkout


async def test_stripe_that_falls_silent_after_it_did_what_was_asked_makes_no_second_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbound, "PATIENCE", 0.5)
    await shop.begin(key="first, so that she is known")
    shop.stripe.silent = 1

    payment = await shop.begin(key="slow")

    assert payment.checkout and await sessions(shop.stripe) == 2
    assert shop.stripe.asked.count(("POST", "checkout/sessions")) == 3, "once in vain"


async def test_a_day_later_a_lost_page_is_looked_for_and_not_asked_for_again(shop: Shop):
    payment = await shop.begin(key="lost")
    checkout = payment.checkout
    await Payment.update({Payment.checkout: None, Payment.created_at: DAY_OLD}).where(Payment.id == payment.id)
    shop.stripe._answers.clear()  # Stripe forgets its keys after a day

    assert (await shop.begin(key="lost")).checkout == checkout
    assert await sessions(shop.stripe) == 1


async def test_a_day_later_nothing_is_begun_by_an_old_form(shop: Shop):
    await Payment.insert(
        Payment(
            owner=shop.alice.me, kind="pack", offer="sketchbook", credits=5000, amount=500, currency="usd",
            request_key="old", created_at=DAY_OLD,
        )
    )  # fmt: skip
    with pytest.raises(Conflict):
        await shop.begin(key="old")
    assert await sessions(shop.stripe) == 0


async def test_the_same_form_with_another_price_is_refused_before_stripe_hears_of_it(shop: Shop):
    await shop.begin("sketchbook", "form")
    before = len(shop.stripe.asked)
    with pytest.raises(Conflict):
        await shop.begin("canvas", "form")
    assert len(shop.stripe.asked) == before


async def test_amounts_in_the_form_mean_nothing(shop: Shop):
    form = {"offer": "sketchbook", "request_key": "k", "amount": "1", "credits": "1000000", "currency": "jpy"}
    answer = await shop.alice.post("/billing/buy", data=form)

    assert answer.status_code == 200
    [session] = shop.stripe.bank.all("checkout.session")
    assert (session["amount_subtotal"], session["currency"]) == (500, "usd")
    assert session["url"] in answer.text


@pytest.mark.parametrize("offer", ["", "nothing", "sketchbook'", "-1", "9" * 40, "\0"])
async def test_what_is_not_offered_cannot_be_bought(shop: Shop, offer: str):
    answer = await shop.alice.post("/billing/buy", data={"offer": offer, "request_key": "k"})
    assert (answer.status_code in (400, 422) and "choices" in answer.text) or answer.status_code == 400
    assert await Payment.count() == 0


@pytest.mark.parametrize("key", ["", "k" * 65, "k\0"])
async def test_a_form_without_a_proper_key_is_refused(shop: Shop, key: str):
    with pytest.raises(Invalid):
        await payments.buy(shop.alice.account, "sketchbook", key)


@pytest.mark.parametrize("change", [{"amount_subtotal": 1}, {"currency": "jpy"}])
async def test_what_is_not_what_was_agreed_brings_nothing(shop: Shop, change: dict):
    payment = await shop.pay()
    shop.stripe.bank.things[str(payment.checkout)] |= change

    await settling.follow(payment.id)

    assert (await payments.get(payment.id)).status == "wrong"
    assert await bought(shop.alice) == 0


async def test_somebody_elses_page_pays_for_nothing_of_hers(shop: Shop, bob: Person):
    mine, his = await shop.pay(), await Shop(bob, shop.stripe).begin(key="his")
    await settling.follow(his.id, checkout=mine.checkout)
    await settling.follow(his.id)

    assert await bought(bob) == 0


async def test_a_coupon_works_once_and_credits_are_all_there(shop: Shop):
    first = await shop.pay(coupon="HALF")
    await settling.follow(first.id)
    assert ((await payments.get(first.id)).charged, await bought(shop.alice)) == (250, 5000)

    second = await shop.begin(key="second")
    with pytest.raises(Exception, match="invalid"):
        shop.stripe.bank.pay(str(second.checkout), "HALF")
    await settling.follow(second.id)
    assert await bought(shop.alice) == 5000


async def test_a_gift_of_the_whole_price_needs_no_charge(shop: Shop):
    payment = await shop.pay(coupon="FREE")
    await shop.tell_all()

    assert ((await payments.get(payment.id)).charged, await bought(shop.alice)) == (0, 5000)


async def test_a_page_left_open_too_long_is_over(shop: Shop):
    payment = await shop.begin()
    shop.stripe.bank.expire(str(payment.checkout))
    await shop.tell_all()

    assert (await payments.get(payment.id)).status == "over"
    with pytest.raises(Conflict):
        await shop.begin()


async def test_the_browser_that_comes_back_is_faster_than_the_webhook(shop: Shop):
    payment = await shop.pay()
    page = await shop.alice.get("/billing", params={"bought": str(payment.id)})

    assert page.status_code == 200 and "5,000 credits are yours" in page.text
    assert await bought(shop.alice) == 5000


async def test_what_bob_bought_is_not_there_for_alice(shop: Shop, bob: Person):
    his = await Shop(bob, shop.stripe).pay(key="his")
    assert (await shop.alice.get("/billing", params={"bought": str(his.id)})).status_code == 404
    assert (await shop.alice.get("/billing", params={"bought": "0" * 36})).status_code == 404


async def test_a_plan_brings_credits_each_month_and_they_keep_for_two(shop: Shop):
    first = await shop.pay("atelier")
    [plan] = shop.stripe.bank.all("subscription")
    await shop.tell_all()
    assert await bought(shop.alice) == 12_000

    shop.stripe.bank.renew(plan["id"])
    await shop.tell_all()
    await shop.tell_all()

    assert await bought(shop.alice) == 24_000
    assert await Payment.count().where(Payment.status == "paid") == 2
    [entry, _] = await LedgerEntry.objects().where(LedgerEntry.reason == "purchase").order_by(LedgerEntry.posted_at)
    assert timedelta(days=61) < entry.expires_at - datetime.now(UTC) < timedelta(days=63)
    assert entry.reference == settling.reference(first.id)


async def test_a_second_plan_is_not_begun(shop: Shop):
    await shop.pay("atelier")
    with pytest.raises(Conflict):
        await shop.begin("atelier", "second")


async def test_without_keys_nothing_is_sold_and_the_page_says_so(alice: Person, monkeypatch: pytest.MonkeyPatch):
    assert not stripe_api.configured()
    page = await alice.get("/billing")

    assert page.status_code == 200 and "Nothing can be bought" in page.text
    assert "/billing/buy" not in page.text
    for path in ("/billing/buy", "/billing/portal", "/webhooks/stripe"):
        assert (await alice.post(path, data={"offer": "sketchbook", "request_key": "k"})).status_code == 404
    assert settings.get().stripe_secret_key == ""


async def test_visitors_are_asked_who_they_are(visitor: Browser):
    answer = await visitor.get("/billing")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


async def test_cards_and_invoices_are_at_stripe_for_whoever_proved_lately_who_they_are(shop: Shop):
    answer = await shop.alice.post("/billing/portal")
    assert answer.status_code == 200 and f"{shop.stripe.url}/pay/portal" in answer.text

    await grow_old(shop.alice.me)

    asked = await shop.alice.post("/billing/portal", headers={"Referer": "http://127.0.0.1:8000/billing"})
    assert asked.headers["location"] == "/is-it-you?next=%2Fbilling"


async def test_there_is_one_page_about_credits(visitor: Browser):
    assert (await visitor.get("/credits")).headers["location"] == "/billing"


async def test_when_stripe_is_away_the_page_says_so_and_nothing_is_lost(shop: Shop):
    await shop.begin(key="known")
    shop.stripe.lose = 100
    answer = await shop.alice.post("/billing/buy", data={"offer": "sketchbook", "request_key": "away"})

    assert answer.status_code == 503 and "does not answer" in answer.text

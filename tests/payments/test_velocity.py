"""Whoever buys very fast, or with very many cards, is asked to wait; nobody who buys as people do is."""

import asyncio
from datetime import timedelta

import pytest

from app.domain import credits, settling, velocity
from app.errors import TooMany
from app.models import Account, Payment
from tests.payments.conftest import Shop
from tests.people import Person

pytestmark = pytest.mark.policy("P20")


async def buys(shop: Shop, number: int) -> None:
    payment = await shop.pay(key=f"form-{number}")
    await settling.follow(payment.id)


async def test_a_new_account_waits_after_three_packs_and_loses_nothing(shop: Shop):
    for number in range(velocity.PAID_WHEN_NEW):
        await buys(shop, number)
    sessions = len(shop.stripe.bank.all("checkout.session"))

    answer = await shop.alice.post("/billing/buy", data={"offer": "sketchbook", "request_key": "one more"})

    assert answer.status_code == 429 and "go on in an hour" in answer.text and "More credits" in answer.text
    assert len(shop.stripe.bank.all("checkout.session")) == sessions
    assert await credits.balance(shop.alice.me) >= 5000 * velocity.PAID_WHEN_NEW

    await Payment.raw("UPDATE payment SET created_at = created_at - interval '61 minutes' WHERE status = 'paid'")
    later = await shop.alice.post("/billing/buy", data={"offer": "sketchbook", "request_key": "one more"})
    assert later.status_code == 200, "the same form goes on where it was"


async def test_who_has_been_here_for_long_may_buy_more(shop: Shop, bob: Person):
    before = shop.alice.account.created_at - velocity.NEW - timedelta(minutes=1)
    await Account.update({Account.created_at: before}).where(Account.id == shop.alice.me)
    shop.alice.account.created_at = before
    for number in range(velocity.PAID):
        await buys(shop, number)
    with pytest.raises(TooMany):
        await shop.begin(key="one more")
    assert await Shop(bob, shop.stripe).begin(key="his"), "nobody else waits for that"


async def test_pages_are_not_opened_without_end_and_one_that_is_open_stays(shop: Shop):
    opened = [await shop.begin(key=f"form-{number}") for number in range(velocity.OPENED)]
    with pytest.raises(TooMany):
        await shop.begin(key="one more")
    assert (await shop.begin(key="form-0")).checkout == opened[0].checkout


async def test_many_at_once_are_as_many_as_one_by_one(shop: Shop):
    asked = [shop.begin(key=f"form-{number}") for number in range(3 * velocity.OPENED)]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    refused = [each for each in answers if isinstance(each, TooMany)]
    assert len(refused) == 2 * velocity.OPENED and len(shop.stripe.bank.all("checkout.session")) == velocity.OPENED


async def test_many_cards_are_too_many(shop: Shop):
    for number in range(2):
        await buys(shop, number)
    for card in range(velocity.CARDS - 1):
        shop.stripe.bank.card = f"another {card}"
        [first, *_] = shop.stripe.bank.all("payment_intent")
        shop.stripe.bank._succeed(first, 1)

    with pytest.raises(TooMany, match="cards"):
        await shop.begin(key="one more")

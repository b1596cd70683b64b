"""What Alice lets herself spend: a cap, a question, a word before the end, and a card charged if she chose so."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain import allowance, credits, generation, payments, topping_up
from app.errors import InsufficientCredits, Invalid
from app.models import Generation, Notice, Payment, Spending
from tests.payments.conftest import Shop
from tests.people import PASSWORD, Person, asked, finished, grow_old, spend

MANY = {"num_inference_steps": "60", "num_images_per_prompt": "4", "prompt": "a red fox"}


async def choose(person: Person, **choices: str) -> None:
    await allowance.change(person.me, choices, {"sketchbook"})


async def told(person: Person) -> list[str]:
    return [notice.kind for notice in await Notice.objects().where(Notice.account == person.me)]


async def test_a_cap_for_the_month_holds_and_what_came_back_does_not_count(alice: Person):
    await choose(alice, monthly_cap="2")
    first, _ = await asked(alice.me), await asked(alice.me)
    with pytest.raises(InsufficientCredits, match="limit for a month"):
        await asked(alice.me)
    assert await Generation.count() == 2 and await credits.held(alice.me) == 2

    await generation.cancel(first.id, alice.me)

    assert (await asked(alice.me)).cost == 1


async def test_twenty_at_once_do_not_pass_the_cap(alice: Person):
    await choose(alice, monthly_cap="3")
    await asyncio.gather(*(asked(alice.me) for _ in range(12)), return_exceptions=True)
    assert await credits.held(alice.me) == 3


async def test_above_a_price_she_is_asked_and_says_yes_to_that_price_only(alice: Person):
    await choose(alice, confirm_above="2")
    refused = await alice.post("/create", data=MANY)
    assert refused.status_code == 422 and "once more" in refused.text
    assert 'name="confirmed" value="4"' in refused.text and "a red fox" in refused.text
    assert (await alice.post("/create", data=MANY | {"confirmed": "3"})).status_code == 422
    assert (await alice.post("/create", data=MANY | {"confirmed": "9" * 30})).status_code == 422
    assert await Generation.count() == 0

    assert (await alice.post("/create", data=MANY | {"confirmed": "4"})).status_code == 303


async def test_her_programs_are_told_the_price_and_the_word_that_says_yes(alice: Person):
    await choose(alice, confirm_above="2")
    many = {"prompt": "a red fox", "num_inference_steps": 60, "num_images_per_prompt": 4}
    key = alice.key | {"Idempotency-Key": "fox-1"}
    refused = await alice.post("/api/v1/generations", json=many, headers=key)
    told = refused.json()
    assert (refused.status_code, told["status"], set(told["errors"])) == (409, 409, {"confirmed"})
    assert "costs 4 credits" in told["detail"] and "confirmed: true" in told["detail"]
    assert (
        await alice.post("/api/v1/generations", json=many | {"confirmed": "4"}, headers=alice.key)
    ).status_code == 400
    assert await Generation.count() == 0 and await credits.held(alice.me) == 0

    made = await alice.post("/api/v1/generations", json=many | {"confirmed": True}, headers=key)

    assert (made.status_code, made.json()["cost"]) == (201, 4)
    await generation.cancel(made.json()["id"], alice.me)
    again = f"/api/v1/generations/{made.json()['id']}/retry"
    assert (await alice.post(again, headers=alice.key)).status_code == 409
    assert (await alice.post(again, params={"confirmed": "true"}, headers=alice.key)).status_code == 201


async def test_the_same_once_more_asks_on_the_form_that_says_the_price(alice: Person):
    made = await asked(alice.me, num_inference_steps=60, num_images_per_prompt=4)
    await generation.cancel(made.id, alice.me)
    await choose(alice, confirm_above="2")

    asks = await alice.post(f"/g/{made.id}/retry")

    assert (asks.status_code, asks.headers["location"]) == (303, f"/create?from={made.id}")
    assert "a red fox" in (await alice.get(asks.headers["location"])).text and await Generation.count() == 1


async def test_she_is_told_once_when_they_run_low(alice: Person):
    await credits.grant_daily(alice.me)
    await spend(alice.me, await credits.balance(alice.me) - allowance.LOW)
    for _ in range(3):
        await asked(alice.me)
    assert (await told(alice)).count("money.low") == 1


@pytest.mark.parametrize("value", ["-1", "0", "1.5", "many", "9" * 19, "9" * 400, "٠", "\0"])
async def test_a_limit_that_is_none_is_refused_and_what_was_typed_stays(alice: Person, value: str):
    with pytest.raises(Invalid):
        await choose(alice, monthly_cap=value)
    answer = await alice.post("/billing/limits", data={"monthly_cap": value, "confirm_above": "77"})
    assert answer.status_code in (400, 422) and 'value="77"' in answer.text
    assert await Spending.count() == 0


async def test_numbers_may_be_arabic_and_empty_takes_a_limit_away(alice: Person):
    await choose(alice, monthly_cap="١٢٠", confirm_above="5")
    chosen = await allowance.of(alice.me)
    assert (chosen.monthly_cap, chosen.confirm_above) == (120, 5)
    await choose(alice, monthly_cap=" ")
    assert (await allowance.of(alice.me)).monthly_cap is None


async def with_a_card(shop: Shop) -> None:
    payment = await shop.begin(keep_card=True)
    session = shop.stripe.bank.pay(str(payment.checkout))
    assert session["asked"]["payment_intent_data"]["setup_future_usage"] == "off_session"
    shop.stripe.bank.new("payment_method", "pm", customer=session["customer"], type="card")


async def test_before_a_card_is_charged_by_itself_she_proves_who_she_is_and_nothing_typed_is_lost(shop: Shop):
    await grow_old(shop.alice.me)
    typed = {"monthly_cap": "900", "top_up_below": "100", "top_up_offer": "sketchbook"}
    only_limits = await shop.alice.post("/billing/limits", data={"monthly_cap": "900", "top_up_offer": "sketchbook"})
    asked_first = await shop.alice.post("/billing/limits", data=typed)
    assert only_limits.headers["location"].startswith("/billing?saved")
    assert (await allowance.of(shop.alice.me)).top_up_below is None

    [back] = parse_qs(urlsplit(asked_first.headers["location"]).query)["next"]
    proved = await shop.alice.post("/is-it-you", data={"password": PASSWORD, "next": back})
    page = await shop.alice.get(proved.headers["location"])
    assert 'value="100"' in page.text and 'value="900"' in page.text
    assert (await shop.alice.post("/billing/limits", data=typed)).headers["location"].startswith("/billing?saved")
    assert (await allowance.of(shop.alice.me)).top_up_below == 100

    await grow_old(shop.alice.me)
    unchanged = await shop.alice.post("/billing/limits", data=typed | {"monthly_cap": "800"})
    assert unchanged.headers["location"].startswith("/billing?saved")


async def test_nobodys_card_is_charged_unasked(shop: Shop):
    await with_a_card(shop)
    assert await topping_up.top_up() == 0
    assert await Payment.count() == 1


async def test_the_card_is_charged_once_when_she_chose_so(shop: Shop):
    await with_a_card(shop)
    await choose(shop.alice, top_up_below="100", top_up_offer="sketchbook")
    await asyncio.gather(topping_up.top_up(), topping_up.top_up())
    await topping_up.top_up()

    [payment] = await Payment.objects().where(Payment.kind == "top_up")
    assert (payment.status, payment.charged) == ("paid", 500)
    assert await credits.balance(shop.alice.me) == 5000
    assert len([one for one in shop.stripe.bank.all("charge")]) == 2


async def test_an_answer_that_was_lost_charges_no_second_time(shop: Shop):
    await with_a_card(shop)
    await choose(shop.alice, top_up_below="100", top_up_offer="sketchbook")
    shop.stripe.lose = 4  # the list of cards is answered by the last try, the charge never
    await topping_up.top_up()
    shop.stripe.lose = 3
    await topping_up.top_up()
    shop.stripe.lose = 0
    await topping_up.top_up()

    assert len(shop.stripe.bank.all("charge")) == 2
    assert await credits.balance(shop.alice.me) == 5000


async def test_a_refused_card_is_not_tried_again_and_she_is_told(shop: Shop):
    await with_a_card(shop)
    await choose(shop.alice, top_up_below="100", top_up_offer="sketchbook")
    shop.stripe.bank.declines = True
    for _ in range(2):
        await topping_up.top_up()

    assert [one.status for one in await Payment.objects().where(Payment.kind == "top_up")] == ["over"]
    assert (await allowance.of(shop.alice.me)).top_up_below is None
    assert "money.failed" in await told(shop.alice)


async def test_the_statement_tells_what_was_paid_for_and_how_it_was_priced(alice: Person):
    row, _ = await finished(alice.me)
    canceled = await asked(alice.me)
    await generation.cancel(canceled.id, alice.me)

    page = (await alice.get("/billing")).text
    table = await alice.get("/billing/statement.csv")

    assert f"/g/{row.id}" in page and "canceled before its end" in page and row.price_list in page
    assert table.headers["content-type"].startswith("text/csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("when,what,credits,balance") and len(lines) == 5
    assert int(lines[-1].split(",")[3]) == await credits.balance(alice.me)
    assert f"generation:{row.id}" in table.text


async def test_a_pack_that_is_no_longer_offered_stops_the_topping_up(shop: Shop):
    await with_a_card(shop)
    await allowance.change(shop.alice.me, {"top_up_below": "100", "top_up_offer": "gone"}, {"gone"})
    assert await topping_up.top_up() == 0
    assert (await allowance.of(shop.alice.me)).top_up_below is None
    assert await payments.of(shop.alice.me) == []

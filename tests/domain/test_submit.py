"""Asking: what is checked, charged and kept, once."""

import asyncio
from uuid import UUID

import pytest

from app import settings
from app.domain import credits, generation
from app.errors import InsufficientCredits, Invalid, TooMany
from app.models import Generation, LedgerEntry
from app.params import Problems
from tests.people import Person, asked, spend


async def spend_all_but(owner: UUID, rest: int) -> None:
    await credits.grant_daily(owner)
    have = await credits.balance(owner)
    await spend(owner, have - rest)


async def test_alice_pays_once_for_what_she_asks(alice: Person):
    row = await asked(alice.me)

    assert row.status == "queued" and row.cost > 0
    assert await credits.balance(alice.me) == settings.get().daily_credits - row.cost


async def test_the_seed_is_drawn_when_she_leaves_it_open(alice: Person):
    first, second = await asked(alice.me), await asked(alice.me)

    assert first.params["seed"] != second.params["seed"]


async def test_the_same_form_sent_again_finds_what_it_made_the_first_time(alice: Person):
    first = await generation.submit(alice.me, "", {"prompt": "a fox"}, "public", "form-1")
    again = await generation.submit(alice.me, "", {"prompt": "a fox"}, "public", "form-1")

    assert again.id == first.id
    assert await credits.balance(alice.me) == settings.get().daily_credits - first.cost


async def test_the_same_form_sent_ten_times_at_once_is_one(alice: Person):
    forms = [generation.submit(alice.me, "", {"prompt": "a fox"}, "public", "form-1") for _ in range(10)]

    made = await asyncio.gather(*forms)

    assert len({row.id for row in made}) == 1
    assert await LedgerEntry.count().where(LedgerEntry.reason == "hold") == 1


async def test_bobs_form_may_have_the_same_key_as_hers(alice: Person, bob: Person):
    hers = await generation.submit(alice.me, "", {"prompt": "a fox"}, "public", "form-1")
    his = await generation.submit(bob.me, "", {"prompt": "a hare"}, "public", "form-1")

    assert his.id != hers.id and his.owner == bob.me


async def test_twenty_tabs_cannot_spend_the_last_credits_twice(alice: Person):
    price = (await asked(alice.me)).cost
    await spend_all_but(alice.me, 3 * price)

    ends = await asyncio.gather(*(asked(alice.me) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(end, Generation) for end in ends) == 3
    assert sum(isinstance(end, InsufficientCredits) for end in ends) == 17
    assert await credits.balance(alice.me) == 0


async def test_whoever_cannot_pay_leaves_no_row(alice: Person):
    await spend_all_but(alice.me, 0)

    with pytest.raises(InsufficientCredits) as refusal:
        await asked(alice.me)

    assert refusal.value.values["have"] == 0
    assert not await Generation.exists()


async def test_nobody_fills_the_line_alone(alice: Person):
    for _ in range(settings.get().max_queued):
        await asked(alice.me)
    have = await credits.balance(alice.me)

    with pytest.raises(TooMany):
        await asked(alice.me)

    assert await credits.balance(alice.me) == have


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("prompt", ""), ("prompt", " \n\t"), ("prompt", "x" * 2001), ("prompt", 7), ("prompt", "\ud800"),
        ("negative_prompt", "x" * 2001), ("size", "13x13"), ("size", "big"), ("width", 5),
        ("num_inference_steps", 0), ("num_inference_steps", "61"), ("num_inference_steps", "many"),
        ("true_cfg_scale", "nan"), ("true_cfg_scale", "inf"), ("true_cfg_scale", "0.5"), ("true_cfg_scale", "a"),
        ("seed", "seven"), ("seed", -1), ("seed", 2**32), ("seed", 1.5), ("seed", "9" * 5000), ("seed", True),
        ("seed", float("nan")), ("seed", float("inf")), ("num_images_per_prompt", 5), ("num_images_per_prompt", 0),
    ],
)  # fmt: skip
async def test_what_no_model_can_make_costs_nothing(alice: Person, field: str, wrong: object):
    with pytest.raises(Problems) as refusal:
        await generation.submit(alice.me, "", {"prompt": "a fox"} | {field: wrong}, "public")

    assert list(refusal.value.errors) == ["size" if field == "width" else field]
    assert not await Generation.exists()
    assert not await LedgerEntry.exists().where(LedgerEntry.reason == "hold")


@pytest.mark.policy("P07")
@pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
async def test_a_card_number_is_not_kept_and_whoever_typed_it_is_warned(alice: Person, field: str):
    typed = {"prompt": "a fox", field: "a fox 4242 4242 4242 4242"}
    answer = await alice.post("/create", data=typed)

    assert answer.status_code == 422 and "number of a payment card" in answer.text and "a fox" in answer.text
    assert not await Generation.exists()
    assert await asked(alice.me, "a fox of 1234567890123456 hairs"), "a number that no card has"


async def test_every_wrong_field_is_named_at_once(alice: Person):
    with pytest.raises(Problems) as refusal:
        await generation.submit(alice.me, "", {"prompt": "", "seed": "x", "size": "1x1"}, "public")

    assert set(refusal.value.errors) == {"prompt", "seed", "size"}


async def test_an_arabic_number_is_a_number(alice: Person):
    row = await asked(alice.me, seed="٤٢", num_inference_steps="٨", true_cfg_scale="٢٫٥")

    assert (row.params["seed"], row.params["num_inference_steps"], row.params["true_cfg_scale"]) == (42, 8, 2.5)


@pytest.mark.parametrize(("model", "visibility"), [("no/such", "public"), ("", "secret"), ("", "")])
async def test_an_unknown_model_or_visibility_is_refused(alice: Person, model: str, visibility: str):
    with pytest.raises(Invalid):
        await generation.submit(alice.me, model, {"prompt": "a fox"}, visibility)

    assert not await Generation.exists()


@pytest.mark.parametrize("key", ["a\0b", "k" * 65])
async def test_a_key_that_no_form_of_ours_has_is_refused(alice: Person, key: str):
    with pytest.raises(Invalid):
        await generation.submit(alice.me, "", {"prompt": "a fox"}, "public", key)

    assert not await Generation.exists()

"""Making: what is typed is kept, what is wrong is said beside it, and a plain form is enough."""

import pytest

from app import catalog, prices
from app.domain import credits, generation
from app.models import Generation
from tests.people import FROM_HTMX, PASSWORD, Browser, Person, asked, finished, spend, starter
from tests.routes.reading import read

FOX = {"prompt": "a red fox", "visibility": "private"}
WRONG = [
    ("prompt", "", "Describe what you would like to see."),
    ("prompt", "x" * 2001, "This is 2,001 characters long; at most 2,000 fit."),
    ("negative_prompt", "x" * 2001, "This is 2,001 characters long; at most 2,000 fit."),
    ("model", "no/such", "This studio does not have that model."),
    ("size", "1x1", "This model makes these sizes: 128x128."),
    ("num_inference_steps", "61", "This must be between 1 and 60."),
    ("true_cfg_scale", "much", "This must be a number."),
    ("seed", "seven", "This must be a whole number."),
    ("num_images_per_prompt", "9", "This must be between 1 and 4."),
]


async def test_a_plain_form_leads_to_the_page_where_it_forms(alice: Person):
    form = read(await alice.get("/create"))
    sent = await alice.post("/create", data=form.fields | FOX | {"num_images_per_prompt": "2"})

    page = await alice.get(sent.headers["location"])

    [row] = await Generation.objects().output(load_json=True)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/g/{row.id}")
    assert (row.params["prompt"], row.visibility, row.params["num_images_per_prompt"]) == ("a red fox", "private", 2)
    assert '<noscript><meta http-equiv="refresh"' in page.text and "a red fox" in page.text


async def test_the_form_sent_twice_leads_to_the_same_page(alice: Person):
    form = read(await alice.get("/create")).fields | FOX

    first, second = await alice.post("/create", data=form), await alice.post("/create", data=form)

    assert first.headers["location"] == second.headers["location"]
    assert await Generation.count() == 1


async def test_every_form_has_a_key_of_its_own(alice: Person):
    first, second = read(await alice.get("/create")), read(await alice.get("/create"))

    assert first.fields["request_key"] != second.fields["request_key"]


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
@pytest.mark.parametrize("headers", [{}, FROM_HTMX], ids=["page", "htmx"])
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    alice: Person, field: str, value: str, sentence: str, headers: dict[str, str]
):
    typed = read(await alice.get("/create")).fields | FOX | {"negative_prompt": "fog", "seed": "12"} | {field: value}

    answer = await alice.post("/create", data=typed, headers=headers)

    page = read(answer)
    assert answer.status_code == 422 and page.problems == [sentence]
    kept = ("prompt", "negative_prompt", "seed", "visibility", "request_key", "num_inference_steps", "true_cfg_scale")
    assert {name: page.fields[name] for name in kept} == {name: typed[name] for name in kept}
    assert not await Generation.exists()


async def test_in_arabic_the_sentence_and_its_numbers_are_arabic(alice: Person):
    await alice.post("/preferences", data={"language": "ar"})

    answer = await alice.post("/create", data=FOX | {"prompt": "س" * 2001, "num_inference_steps": "٩٩"})

    problems = " ".join(read(answer).problems)
    assert "٢٬٠٠١" in problems and "٦٠" in problems
    assert not any(letter.isascii() and letter.isalpha() for letter in problems)


async def test_arabic_digits_are_digits(alice: Person):
    await alice.post("/create", data=FOX | {"seed": "٤٢", "num_inference_steps": "١٢"})

    [row] = await Generation.objects().output(load_json=True)
    assert (row.params["seed"], row.params["num_inference_steps"]) == (42, 12)


async def test_who_cannot_pay_is_told_and_loses_nothing_typed(alice: Person):
    await credits.grant_daily(alice.me)
    await spend(alice.me, await credits.balance(alice.me))

    answer = await alice.post("/create", data=FOX)

    page = read(answer)
    assert answer.status_code == 402 and page.fields["prompt"] == "a red fox"
    assert "you have 0" in page.problems[0]


async def test_a_visitor_is_asked_who_they_are_and_makes_nothing(visitor: Browser):
    answer = await visitor.post("/create", data=FOX)

    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert not await Generation.exists()


async def test_a_session_that_ended_while_she_typed_loses_nothing(alice: Person):
    await alice.post("/sign-out")
    refused = await alice.post("/create", data=FOX | {"negative_prompt": "fog & mist", "seed": "7"})
    proof = {"email": alice.account.email, "password": PASSWORD}

    form = read(await alice.get(refused.headers["location"])).fields
    entered = await alice.post("/sign-in", data=form | proof)

    page = read(await alice.get(entered.headers["location"]))
    kept = {name: page.fields[name] for name in ("prompt", "negative_prompt", "seed", "visibility")}
    assert kept == FOX | {"negative_prompt": "fog & mist", "seed": "7"}
    assert not await Generation.exists()


@pytest.mark.policy("P22")
async def test_it_is_as_visible_as_she_chose_for_herself_when_the_form_says_nothing(alice: Person):
    await alice.post("/account", data={"name": "Alice", "default_visibility": "private"})

    await alice.post("/create", data={"prompt": "a red fox"})

    assert [row.visibility for row in await Generation.objects()] == ["private"]


async def test_the_price_follows_the_form(alice: Person):
    one = await alice.get("/create/price", params={"num_inference_steps": "60", "num_images_per_prompt": "1"})
    four = await alice.get("/create/price", params={"num_inference_steps": "60", "num_images_per_prompt": "4"})
    unreadable = await alice.get("/create/price", params={"num_inference_steps": "many"})

    assert one.status_code == four.status_code == unreadable.status_code == 200
    assert str(prices.price(starter().work((128, 128), 60, 4), 1000)) in four.text != one.text


async def test_changing_and_making_again_starts_from_what_it_was(alice: Person, charlie: Person):
    row, _ = await finished(alice.me, "a blue hare")

    page = read(await alice.get(f"/create?from={row.id}"))

    assert page.fields["prompt"] == "a blue hare" and page.fields["seed"] == str(row.params["seed"])
    assert (await charlie.get(f"/create?from={row.id}")).status_code == 404
    assert (await alice.get("/create?from=x")).status_code == 404


async def test_too_many_at_once_is_said_beside_the_form(alice: Person):
    for _ in range(20):
        await asked(alice.me)

    answer = await alice.post("/create", data=FOX)

    assert answer.status_code == 429 and read(answer).fields["prompt"] == "a red fox"
    assert len(await generation.unfinished_of(alice.me)) == 20


async def test_what_the_starter_knows_is_said_before_her_first_picture_and_not_again(alice: Person):
    said = catalog.get("").note
    assert set(said) == {"en", "ar"}
    assert said["en"] in (await alice.get("/create")).text

    await alice.post("/create", data=FOX)

    assert said["en"] not in (await alice.get("/create")).text

"""The age question first, then name, address, password and who should see what is made."""

import pytest

from app.models import TABLES, Account, Session, inventory
from tests.people import PASSWORD, Browser
from tests.routes.reading import read

OLD_ENOUGH = {"birth_year": "1990", "birth_month": "5", "birth_day": "3"}
TOO_YOUNG = {"birth_year": "2020", "birth_month": "5", "birth_day": "3"}
ALICE = {"name": "Alice", "email": "alice@example.org", "password": PASSWORD, "default_visibility": "private"}
ARABIC = {"Accept-Language": "ar"}


@pytest.mark.policy("P05")
@pytest.mark.policy("P15")
async def test_from_the_question_of_age_to_the_studio_without_a_script(visitor: Browser):
    asked = await visitor.get("/sign-up")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-up/age?next=")
    answered = await visitor.post("/sign-up/age", data=OLD_ENOUGH)
    assert answered.status_code == 303 and answered.headers["location"].startswith("/sign-up")
    form = read(await visitor.get("/sign-up"))
    assert form.fields["default_visibility"] == "public"

    entered = await visitor.post("/sign-up", data=ALICE)

    assert (entered.status_code, entered.headers["location"]) == (303, "/create")
    assert (await visitor.get("/create")).status_code == 200
    [alice] = await Account.objects()
    assert (alice.name, alice.default_visibility, alice.language) == ("Alice", "private", "en")


async def test_the_language_she_came_with_stays_hers(visitor: Browser):
    visitor.headers.update(ARABIC)
    await visitor.post("/sign-up/age", data={"birth_year": "١٩٩٠", "birth_month": "٥", "birth_day": "٣"})
    await visitor.post("/sign-up", data=ALICE)
    visitor.headers["Accept-Language"] = "en"

    page = await visitor.get("/create")

    assert '<html lang="ar" dir="rtl"' in page.text


@pytest.mark.policy("P60")
async def test_under_thirteen_leaves_no_row_and_no_way_back_in_that_browser(visitor: Browser):
    refused = await visitor.post("/sign-up/age", data=TOO_YOUNG)
    assert refused.status_code == 403 and "13" in read(refused).sentence

    again = await visitor.post("/sign-up/age", data=OLD_ENOUGH)
    page, form = await visitor.get("/sign-up/age"), await visitor.get("/sign-up")
    sent = await visitor.post("/sign-up", data=ALICE)

    assert (again.status_code, page.status_code) == (403, 403)
    assert form.headers["location"].startswith("/sign-up/age") and sent.headers["location"].startswith("/sign-up/age")
    about_people = [table for table in TABLES if inventory.whose(table, Account)]
    assert len(about_people) > 20 and [table for table in about_people if await table.exists()] == []
    assert "2020" not in str(visitor.cookies.jar)


@pytest.mark.policy("P60")
async def test_a_no_that_was_edited_into_a_yes_is_no_answer(visitor: Browser):
    await visitor.post("/sign-up/age", data=TOO_YOUNG)
    visitor.keep("age", visitor.cookies["age"].replace("no.", "yes.", 1))

    assert (await visitor.post("/sign-up", data=ALICE)).headers["location"].startswith("/sign-up/age")
    assert not await Account.exists()


@pytest.mark.parametrize("cookie", ["", "yes", "yes..", "yes.a.b", "é.é.é", "." * 50])
async def test_a_forged_answer_is_no_answer(visitor: Browser, cookie: str):
    sent = await visitor.post("/sign-up", data=ALICE, headers=[(b"Cookie", f"age={cookie}".encode())])

    assert sent.status_code == 303 and not await Account.exists()


@pytest.mark.parametrize(
    ("typed", "kept"), [({"birth_year": "1990", "birth_month": "13", "birth_day": "1"}, "13"), ({}, "")]
)
async def test_what_is_no_date_is_asked_again_with_what_was_typed(visitor: Browser, typed: dict[str, str], kept: str):
    answer = await visitor.post("/sign-up/age", data=typed)

    assert answer.status_code == 422
    assert read(answer).problems == ["This is not a date."]
    assert read(answer).fields["birth_month"] == kept
    assert "age" not in visitor.cookies


@pytest.mark.policy("P05")
@pytest.mark.parametrize(
    ("field", "wrong", "status"),
    [
        ("name", " ", 422), ("email", "alice", 422), ("password", "short", 422),
        ("default_visibility", "friends", 422), ("email", "taken@example.org", 409),
    ],
)  # fmt: skip
async def test_what_was_typed_comes_back_except_the_password(visitor: Browser, field: str, wrong: str, status: int):
    await visitor.post("/sign-up/age", data=OLD_ENOUGH)
    await visitor.post("/sign-up", data=ALICE | {"email": "taken@example.org"})
    await visitor.post("/sign-out")
    typed = ALICE | {field: wrong}

    answer = await visitor.post("/sign-up", data=typed)

    page = read(answer)
    assert answer.status_code == status and len(page.problems) == 1
    assert page.fields["password"] == "" and PASSWORD not in answer.text
    assert [page.fields[name] for name in ("name", "email")] == [typed["name"], typed["email"]]
    assert await Account.count() == 1 and not await Session.exists()


async def test_in_arabic_the_sentences_are_arabic(visitor: Browser):
    visitor.headers.update(ARABIC)

    young = await visitor.post("/sign-up/age", data=TOO_YOUNG)

    assert read(young).sentence.startswith("هذا الاستوديو")


async def test_what_she_wanted_to_make_survives_signing_up(visitor: Browser):
    """The words typed on the first page, through both forms, without a script."""
    asked = await visitor.get("/create?prompt=a+red+fox")
    sign_in = read(await visitor.get(asked.headers["location"]))
    [sign_up] = [link["href"] for link in sign_in.all("a") if link["href"].startswith("/sign-up?")]
    age = read(await visitor.get((await visitor.get(sign_up)).headers["location"]))
    answered = await visitor.post("/sign-up/age", data=age.fields | OLD_ENOUGH)
    form = read(await visitor.get(answered.headers["location"]))

    entered = await visitor.post("/sign-up", data=form.fields | ALICE)

    assert read(await visitor.get(entered.headers["location"])).fields["prompt"] == "a red fox"

"""Nothing optional before a yes; a no is as near; what was answered can be shown in the words that were read."""

from collections.abc import Iterator

import asyncpg
import pytest

from app import secret, settings
from app.models import ConsentEvent
from tests.people import Browser, Person

GOOGLE = "googletagmanager"
YES, NO = {"analytics": "accept"}, {"analytics": "reject"}
GPC = {"Sec-GPC": "1"}


@pytest.fixture(autouse=True)
def measuring(services: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A studio whose operator counts visits."""
    monkeypatch.setenv("GA_MEASUREMENT_ID", "G-TEST1234")
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()


def is_measured(answer) -> bool:
    return "G-TEST1234" in answer.text and GOOGLE in answer.headers["content-security-policy"]


def is_clean(answer) -> bool:
    return "G-TEST1234" not in answer.text and "google" not in answer.headers["content-security-policy"]


async def events() -> list[tuple[str, bool, str]]:
    rows = await ConsentEvent.objects().order_by(ConsentEvent.id)
    return [(row.purpose, row.granted, row.source) for row in rows]


@pytest.mark.policy("P12", "P27")
async def test_a_visitor_is_not_measured_before_a_yes_and_the_two_answers_are_equal(visitor: Browser):
    page = await visitor.get("/")

    assert is_clean(page) and await events() == []
    assert {cookie.name for cookie in visitor.cookies.jar} == set()
    banner = page.text.split('class="consent"')[1].split("</section>")[0]
    assert banner.count("<button") == banner.count('<button class="button" name="analytics"') == 2
    assert "checked" not in banner


@pytest.mark.policy("P12", "P27", "P57")
async def test_a_yes_counts_until_it_is_taken_back(visitor: Browser):
    accepted = await visitor.post("/privacy/choices", data=YES | {"from": "banner", "next": "/explore"})
    measured = await visitor.get("/explore")
    await visitor.post("/privacy/choices", data=NO)
    after = await visitor.get("/explore")

    assert accepted.status_code == 303 and accepted.headers["location"] == "/explore"
    assert is_measured(measured) and 'class="consent"' not in measured.text
    assert is_clean(after) and 'class="consent"' not in after.text
    assert await events() == [("analytics", True, "banner"), ("analytics", False, "choices")]


@pytest.mark.policy("P27")
async def test_what_was_read_is_kept_in_the_words_that_were_read(visitor: Browser):
    await visitor.post("/privacy/choices", data=YES, headers={"Accept-Language": "ar"})

    [event] = await ConsentEvent.objects()
    page = await visitor.get("/privacy/choices", headers={"Accept-Language": "ar"})
    assert event.language == "ar" and "Google Analytics 4" in event.wording and event.wording in page.text
    assert len(event.visitor) == 32 and event.account is None


@pytest.mark.policy("P27")
@pytest.mark.parametrize(
    "value",
    ["yes", "yes.1234", "yes.abc." + "0" * 64, "no.x", "x" * 4096, "yes.%C3%A9.1", "analytics:1", "..", ""],
    ids=lambda value: value[:12] or "empty",
)
async def test_a_cookie_that_somebody_made_is_no_answer(visitor: Browser, value: str):
    visitor.headers["Cookie"] = f"consent={value}"

    page = await visitor.get("/")

    assert page.status_code == 200 and is_clean(page) and 'class="consent"' in page.text


@pytest.mark.policy("P27")
async def test_a_seal_of_another_kind_opens_nothing(visitor: Browser):
    visitor.keep("consent", secret.sealed("age", "yes.abc"))

    assert is_clean(await visitor.get("/"))


@pytest.mark.policy("P34")
async def test_the_browsers_signal_is_a_no_that_is_said_and_kept(alice: Person):
    await alice.post("/privacy/choices", data=YES)

    first = await alice.get("/", headers=GPC)
    second = await alice.get("/", headers=GPC)
    without = await alice.get("/")

    assert is_clean(first) and is_clean(second) and is_clean(without)
    assert [event[1:] for event in await events()] == [(True, "choices"), (False, "gpc")]
    assert all(row.account == alice.me for row in await ConsentEvent.objects())


@pytest.mark.policy("P34")
@pytest.mark.parametrize(("value", "counts"), [("1", True), ("0", False), ("11", False), ("true", False), ("", False)])
async def test_only_the_signal_itself_is_a_signal(visitor: Browser, value: str, counts: bool):
    page = await visitor.get("/", headers={"Sec-GPC": value})

    assert ("Global Privacy Control" in page.text) is counts
    assert is_clean(page)


@pytest.mark.policy("P34")
async def test_of_two_signals_one_is_enough(visitor: Browser):
    page = await visitor.get("/", headers=[("Sec-GPC", "0"), ("Sec-GPC", "1")])

    assert "Global Privacy Control" in page.text
    answer = await visitor.get("/.well-known/gpc.json")
    assert answer.json()["gpc"] is True and answer.headers["content-type"].startswith("application/json")


@pytest.mark.policy("P28")
async def test_letters_need_a_yes_of_their_own(alice: Person, visitor: Browser):
    await alice.post("/privacy/choices", data=YES)
    before = await alice.get("/privacy/choices")
    await alice.post("/privacy/choices/letters", data={"marketing": "accept"})
    stranger = await visitor.post("/privacy/choices/letters", data={"marketing": "accept"})

    assert ("marketing", True, "choices") in await events() and 'value="reject" aria-pressed="true"' in before.text
    assert stranger.status_code == 303 and stranger.headers["location"] == "/sign-in"
    assert len(await events()) == 2


@pytest.mark.parametrize("form", [{}, {"analytics": "maybe"}, {"analytics": "\0"}, {"analytics": "accept" * 1000}])
async def test_an_answer_that_is_none_changes_nothing(visitor: Browser, form: dict[str, str]):
    answer = await visitor.post("/privacy/choices", data=form)

    assert answer.status_code == 422 and await events() == []


@pytest.mark.policy("P27")
async def test_nobody_rewrites_what_was_answered(alice: Person):
    await alice.post("/privacy/choices", data=YES)

    for attempt in ("UPDATE consent_event SET granted = false", "DELETE FROM consent_event"):
        with pytest.raises(asyncpg.RaiseError):
            await ConsentEvent.raw(attempt)
    await ConsentEvent.raw("UPDATE consent_event SET account = NULL")  # an erased person is let go of, the rest stays
    assert await events() == [("analytics", True, "choices")]


@pytest.mark.policy("P57")
async def test_a_browser_sees_its_own_answers_only(alice: Person, bob: Person, visitor: Browser):
    await alice.post("/privacy/choices", data=YES)
    await visitor.post("/privacy/choices", data=NO)

    hers, his, strangers = [await each.get("/privacy/choices") for each in (alice, bob, visitor)]

    assert [page.text.count("<time") for page in (hers, his, strangers)] == [1, 0, 1]


async def test_a_studio_that_measures_nothing_asks_nothing(visitor: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GA_MEASUREMENT_ID")
    settings.get.cache_clear()

    page, kept = await visitor.get("/"), await visitor.get("/cookies")

    assert 'class="consent"' not in page.text and "consent.js" not in page.text and "_ga" not in kept.text

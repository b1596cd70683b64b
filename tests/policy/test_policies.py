"""The policy is published once, told to everybody once, compared with what was before, and stays as it was."""

import html
from datetime import timedelta

import asyncpg
import pytest

from app import outbound, shipped
from app.domain import consents, policies
from app.errors import Conflict, Invalid
from app.models import ConsentEvent, Notice, PolicySeen, PolicyText, Question
from app.routes import rules
from tests.people import Browser, Person

SUMMARY = {"en": "Pictures are named beside songs.", "ar": "ذُكرت الصور إلى جانب الأغاني."}


@pytest.fixture(autouse=True)
def fresh() -> None:
    rules.forget()


def amended() -> dict[str, str]:
    return {
        language: shipped.policy(policies.FIRST, language).replace("</h1>", "</h1><p>Pictures too.</p>", 1)
        for language in policies.LANGUAGES
    }


def in_days(days: int):
    return policies.today() + timedelta(days=days)


async def publish(days: int = 14, *, material: bool = True, **changed: str) -> None:
    await policies.publish(in_days(days), amended() | changed, SUMMARY, material=material)


@pytest.mark.policy("P01")
async def test_the_first_version_is_the_shipped_text_of_14_july_2025(visitor: Browser):
    english = await visitor.get("/privacy", headers={"Accept-Language": "en"})
    arabic = await visitor.get("/privacy", headers={"Accept-Language": "ar"})
    other = await visitor.get("/privacy", headers={"Accept-Language": "fr"})

    assert "14 July 2025" in english.text and "تاريخ النفاذ" in arabic.text and 'lang="en"' in other.text
    stored = {row.language: row for row in await PolicyText.objects()}
    assert {row.effective_on for row in stored.values()} == {policies.FIRST}
    assert all(stored[each].sha256 == policies.digest(shipped.policy(policies.FIRST, each)) for each in ("en", "ar"))
    for page in (english, arabic):
        assert "[email" not in page.text and "email protected" not in page.text


@pytest.mark.policy("P61")
async def test_a_material_change_is_told_to_everybody_once_and_shown_until_it_counts(
    alice: Person, bob: Person, visitor: Browser
):
    await publish()

    rules.forget()
    home, policy = await visitor.get("/"), await visitor.get("/privacy")
    difference = await visitor.get(f"/privacy/history/{in_days(14)}")
    told = await Notice.select(Notice.account, Notice.channel).where(Notice.kind == "policy.changed")
    assert sorted((row["account"], row["channel"]) for row in told) == sorted(
        (person.me, channel) for person in (alice, bob) for channel in ("app", "mail")
    )
    assert f"/privacy/history/{in_days(14)}" in home.text and "Pictures too." not in policy.text
    assert "<ins>Pictures too.</ins>" in difference.text and SUMMARY["en"] in difference.text
    assert difference.text.count("<ins>") == 1 and "<del>" not in difference.text
    assert (await visitor.get("/privacy/history")).text.count("<li>") == 2


@pytest.mark.policy("P61")
async def test_publishing_again_tells_nobody_twice(alice: Person):
    await publish()
    with pytest.raises(Conflict):
        await publish(en=amended()["en"] + "<p>More.</p>")

    assert await Notice.count().where(Notice.kind == "policy.changed") == 2


@pytest.mark.policy("P61")
@pytest.mark.parametrize(
    ("days", "bodies", "summary"),
    [
        (13, {}, SUMMARY),
        (-1, {}, SUMMARY),
        (20, {}, {"en": "Only English."}),
        (20, {}, {"en": " ", "ar": " "}),
        (20, {"en": ""}, SUMMARY),
        (20, {"en": shipped.policy(policies.FIRST, "en")}, SUMMARY),
    ],
    ids=["too soon", "past", "one language", "blank", "empty", "same text"],
)
async def test_what_cannot_be_published_changes_nothing(alice: Person, days: int, bodies, summary):
    with pytest.raises(Invalid):
        await policies.publish(in_days(days), amended() | bodies, summary, material=True)

    assert await PolicyText.count() == 2 and await Notice.count().where(Notice.kind == "policy.changed") == 0


@pytest.mark.policy("P01")
async def test_nobody_rewrites_what_was_published(clean: None):
    for attempt in ("UPDATE policy_text SET body = 'x'", "DELETE FROM policy_text"):
        with pytest.raises(asyncpg.RaiseError):
            await PolicyText.raw(attempt)


@pytest.mark.policy("P62")
async def test_going_on_is_seen_by_a_deed_and_is_no_consent(alice: Person, bob: Person):
    await publish(0, material=False)
    rules.forget()

    for _ in range(2):
        await alice.post("/account", data={"name": "Alice", "default_visibility": "public"})
    await bob.get("/account")

    seen = await PolicySeen.objects()
    assert [(row.account, row.effective_on) for row in seen] == [(alice.me, policies.today())]
    assert not await consents.given(alice.me, Question.MARKETING) and await ConsentEvent.count() == 0


@pytest.mark.parametrize("day", ["2020-01-01", "yesterday", "2025-07-14x", "9999-99-99", "%00"])
async def test_a_version_that_never_was(visitor: Browser, day: str):
    assert (await visitor.get(f"/privacy/history/{day}")).status_code == 404


@pytest.mark.policy("P36", "P37", "P51")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_page_of_processors_is_the_list_that_is_enforced(visitor: Browser, language: str):
    page = html.unescape((await visitor.get("/privacy/processors", headers={"Accept-Language": language})).text)

    assert {"Stripe", "Google Analytics", "Clerk"} <= {each.name for each in outbound.in_use()}
    for each in outbound.in_use():
        told = (
            each.name,
            each.purpose[language],
            each.data[language],
            each.country[language],
            each.safeguard[language],
        )
        assert all(word and word in page for word in told), each.name

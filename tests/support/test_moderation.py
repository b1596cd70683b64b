"""Alice published something, somebody reports it, Mona decides, Alice appeals, and Max looks at it again."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.domain import cases, library, moderation, notices
from app.models import Case, Creation, Decision, Notice, Report
from tests.people import Browser, Person, creation, staff
from tests.routes.reading import read

SAID = {
    "ground": "rights", "text": "I drew this.", "name": "Carol", "email": "carol@example.org", "good_faith": "1",
}  # fmt: skip


async def decide(moderator: Person, piece: Creation, outcome: str, case: int = 0) -> int:
    answer = await moderator.post(
        f"/admin/pieces/{piece.id}/decide",
        data={"outcome": outcome, "ground": "rights", "text": "It is hers, we think.", "case": str(case)},
    )
    return answer.status_code


async def case_number() -> int:
    [row] = await Case.objects()
    return int(row.number)


async def where_it_shows(visitor: Browser, piece: Creation) -> set[str]:
    """Every surface that a stranger has."""
    found = {
        name
        for name, path in (("page", f"/c/{piece.slug}"), ("bytes", f"/m/{piece.media_key}/full.webp"))
        if (await visitor.get(path)).status_code == 200
    }
    for name, path in (
        ("explore", "/explore"), ("api", "/api/v1/explore"), ("sitemap", "/sitemap.xml"), ("feed", "/feed.xml"),
    ):  # fmt: skip
        if piece.slug in (await visitor.get(path)).text:
            found.add(name)
    return found


@pytest.mark.policy("P24")
@pytest.mark.policy("P41")
async def test_reported_hidden_everywhere_and_both_are_told(alice: Person, visitor: Browser, web):
    piece = await creation(alice.me)
    assert {"page", "bytes", "explore", "api", "sitemap"} <= await where_it_shows(visitor, piece)
    assert f"/c/{piece.slug}/report" in (await visitor.get(f"/c/{piece.slug}")).text

    thanked = await visitor.post(f"/c/{piece.slug}/report", data=SAID)
    mona = await staff(web, "moderator")
    number = await case_number()
    seen = await mona.get(f"/admin/cases/{number}")
    assert f"/admin/pieces/{piece.id}?case={number}" in seen.text
    assert "I drew this." in (await mona.get(f"/admin/pieces/{piece.id}?case={number}")).text
    assert await decide(mona, piece, "hold", number) == 303

    assert thanked.status_code == 200 and "Thank you" in thanked.text
    assert await where_it_shows(visitor, piece) == set()
    told = {(row["address"], row["kind"]) for row in await Notice.select() if row["channel"] == "mail"}
    assert {("carol@example.org", "report.received"), ("carol@example.org", "report.decided")} <= told
    [decision] = await Decision.objects()
    reasons = await alice.get(f"/decisions/{decision.id}")
    assert "It is hers, we think." in reasons.text and "A person decided" in reasons.text
    assert "Carol" not in reasons.text and "I drew this." not in reasons.text


async def test_its_maker_cannot_show_it_again(alice: Person, visitor: Browser, web):
    piece = await creation(alice.me)
    await decide(await staff(web, "moderator"), piece, "hold")

    shown = await alice.post(f"/creations/{piece.id}/visibility", data={"visibility": "public"})
    by_program = await alice.patch(f"/api/v1/creations/{piece.id}", json={"visibility": "public"})
    shared = await alice.post(f"/creations/{piece.id}/share", data={"days": "7"})
    await alice.post(f"/creations/{piece.id}/delete")
    await alice.post(f"/creations/{piece.id}/restore")

    assert [answer.status_code for answer in (shown, by_program, shared)] == [409, 409, 409]
    assert await where_it_shows(visitor, piece) == set()
    with pytest.raises(asyncpg.CheckViolationError):
        await Creation.raw("UPDATE creation SET visibility = 'public', published_at = now() WHERE id = {}", piece.id)
    mine = await library.get_own(piece.id, alice.me)
    assert (await alice.get(f"/m/{mine.media_key}/full.webp")).status_code == 200


async def test_what_is_blocked_nobody_opens(alice: Person, web):
    piece = await creation(alice.me)
    await decide(await staff(web, "moderator"), piece, "block")
    mine = await library.get_own(piece.id, alice.me)

    assert (await alice.get(f"/m/{mine.media_key}/full.webp")).status_code == 404
    assert (await alice.get(f"/creations/{piece.id}/download")).status_code == 404


@pytest.mark.policy("P41")
async def test_an_appeal_is_decided_by_somebody_else(alice: Person, bob: Person, visitor: Browser, web):
    piece = await creation(alice.me)
    mona, max_ = await staff(web, "moderator"), await staff(web, "moderator")
    await decide(mona, piece, "hold")
    [decision] = await Decision.objects()

    assert (await bob.get(f"/decisions/{decision.id}")).status_code == 404
    assert (await bob.post(f"/decisions/{decision.id}/appeal", data={"text": "no"})).status_code == 404
    asked = await alice.post(f"/decisions/{decision.id}/appeal", data={"text": "It is mine."})
    again = await alice.post(f"/decisions/{decision.id}/appeal", data={"text": "Please."})
    number = await case_number()
    by_herself = await decide(mona, piece, "allow", number)
    by_another = await decide(max_, piece, "allow", number)

    assert (asked.status_code, again.status_code) == (303, 409) and "Please." in again.text
    assert (by_herself, by_another) == (409, 303)
    back = await library.get_own(piece.id, alice.me)
    assert (back.held, back.visibility) == ("", "public")
    assert "page" in await where_it_shows(visitor, back)
    assert "piece.released" in {notice.kind for notice in await notices.list_of(alice.me)}


async def test_a_private_piece_is_private_again_after_an_appeal(alice: Person, web):
    piece = await creation(alice.me, visibility="private")
    mona = await staff(web, "moderator")
    for outcome in ("hold", "block", "allow"):
        await decide(mona, piece, outcome)

    back = await library.get_own(piece.id, alice.me)
    assert (back.held, back.visibility) == ("", "private")


@pytest.mark.policy("P24")
async def test_the_very_same_of_somebody_else_goes_with_it(alice: Person, bob: Person, web):
    """The same seed and settings give the same bytes."""
    piece, twin, other = await creation(alice.me), await creation(bob.me), await creation(bob.me, "a blue sea")
    await Creation.raw("UPDATE creation SET params = (SELECT params FROM creation WHERE id = {}) WHERE id = {}",
                       piece.id, twin.id)  # fmt: skip
    await decide(await staff(web, "moderator"), piece, "hold")

    assert (await library.get_own(twin.id, bob.me)).held == "hold"
    assert (await library.get_own(other.id, bob.me)).held == ""
    assert {row.owner: row.found_by for row in await Decision.objects()} == {alice.me: "own", bob.me: "copy"}


@pytest.mark.policy("P41")
async def test_many_voices_are_one_case_and_the_urgent_one_is_heard(alice: Person, bob: Person, visitor: Browser):
    piece = await creation(alice.me)
    for number in range(5):
        await visitor.post(f"/c/{piece.slug}/report", data=SAID | {"text": f"again {number}"})
    await bob.post(f"/c/{piece.slug}/report", data=SAID | {"ground": "intimate"})

    [case] = await Case.objects()
    assert await Report.count() == 6
    assert case.kind == "urgent" and case.due_at <= datetime.now(UTC) + timedelta(hours=48)


@pytest.mark.policy("P24")
@pytest.mark.policy("P41")
async def test_pictures_of_children_are_reported_without_a_name(alice: Person, visitor: Browser):
    piece = await creation(alice.me)
    nameless = SAID | {"name": "", "email": ""}

    refused = await visitor.post(f"/c/{piece.slug}/report", data=nameless)
    taken = await visitor.post(f"/c/{piece.slug}/report", data=nameless | {"ground": "child"})

    assert (refused.status_code, taken.status_code) == (422, 200)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"ground": ""}, "ground"), ({"ground": "boredom"}, "ground"), ({"text": " \u200b "}, "text"),
    ({"text": "x" * 10_001}, "text"), ({"email": "x"}, "email"), ({"email": "a@b.c\r\nBcc: d@e.f"}, "email"),
    ({"name": "\u202e"}, "name"), ({"good_faith": None}, "good_faith"),
])  # fmt: skip
async def test_what_is_missing_is_said_and_nothing_typed_is_lost(alice: Person, visitor: Browser, wrong, field):
    piece = await creation(alice.me)
    typed = {name: value for name, value in (SAID | wrong).items() if value is not None}

    answer = await visitor.post(f"/c/{piece.slug}/report", data=typed)

    assert answer.status_code == 422 and len(read(answer).problems) == 1, field
    assert read(answer).fields["text"].split() == typed["text"].split()
    assert await Case.count() == 0


async def test_only_what_is_public_can_be_reported(alice: Person, visitor: Browser):
    piece = await creation(alice.me, visibility="private")

    for who in (visitor, alice):
        assert (await who.get(f"/c/{piece.slug}/report")).status_code == 404
        assert (await who.post(f"/c/{piece.slug}/report", data=SAID)).status_code == 404
    assert (await visitor.post("/c/never/report", data=SAID)).status_code == 404


async def test_hostile_words_in_reports_and_reasons_stay_words(alice: Person, visitor: Browser, web):
    evil = "<script>alert(1)</script>{number}\u202e"
    piece = await creation(alice.me)
    await visitor.post(f"/c/{piece.slug}/report", data=SAID | {"text": evil, "name": evil})
    mona, number = await staff(web, "moderator"), await case_number()
    page = await mona.get(f"/admin/pieces/{piece.id}")
    await mona.post(f"/admin/pieces/{piece.id}/decide",
                    data={"outcome": "hold", "ground": "law", "text": evil, "case": str(number)})  # fmt: skip
    [decision] = await Decision.objects()

    for seen in (page, await alice.get(f"/decisions/{decision.id}"), await alice.get("/notices")):
        assert seen.status_code == 200 and "<script>alert" not in seen.text and "\u202e" not in seen.text


@pytest.mark.parametrize("case", ["x", "-1", "99999999999999999999999"])
async def test_a_decision_for_a_case_that_is_not_about_it(alice: Person, web, case: str):
    piece, mona = await creation(alice.me), await staff(web, "moderator")
    other = await cases.open_case("question", "", "about nothing", account_id=alice.me)

    for number in (case, str(other.number)):
        answer = await mona.post(f"/admin/pieces/{piece.id}/decide",
                                 data={"outcome": "hold", "ground": "law", "text": "no", "case": number})  # fmt: skip
        assert answer.status_code == 404
    assert (await moderation.get(piece.id)).held == ""

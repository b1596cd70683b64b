"""Words are read before anything is charged, pictures compared with what was removed; a person has the last word."""

import time

import msgspec
import pytest
from litestar import Litestar

from app import rulebook
from app.domain import accounts, credits, generation, judging, library, moderation, notices, uploads, work
from app.domain.grounds import GROUNDS
from app.errors import Conflict, Invalid
from app.models import AuditEvent, BlockedFile, Case, Creation, Decision, Generation
from app.rulebook import Verdict
from tests.people import Browser, Person, asked, claimed, creation, drawn, staff
from tests.support.test_moderation import decide, where_it_shows

REFUSED = [
    "a naked child", "a NAKED Child", "n a k e d child", "n.a.k.e.d ch1ld", "n@ked k1ds", "nak\u200bed ch\u00adild",
    "nаked сhild", "nakeeeed child", "n\u0301aked child", "ｎａｋｅｄ ｃｈｉｌｄ", "a 9 year old girl, nude",
    "طفل عارٍ", "طفـــل عـــارٍ", "طِفْلَة عَارِيَة", "والطفلة العارية", "اطفال عراة", "أطفالٌ عُراة", "طف\u200cلة عارية",
]  # fmt: skip
HELD = ["a heil hitler salute", "my neighbour nude", "زميلتي عارية", "h3nt@i"]
FINE = [
    "a red fox", "a child with a kite", "a naked mole rat", "Sussex at dawn, a childhood memory", "a grape",
    "a sexy saxophone in A minor", "طفل يلعب في الحديقة", "قصر الحمراء", "بحر هادئ", "", "🦊", "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_seen_through_whatever_it_hides_behind(text: str):
    assert judging.words({"prompt": text}) == (Verdict.BLOCK, "child")
    assert judging.words({"prompt": "a song", "lyrics": text}).verdict is Verdict.BLOCK


@pytest.mark.parametrize("text", HELD)
def test_what_a_person_looks_at_first(text: str):
    assert judging.words({"prompt": text}).verdict is Verdict.HOLD


@pytest.mark.parametrize("text", FINE)
def test_what_nobody_minds(text: str):
    assert judging.words({"prompt": text}) == judging.ALLOWED
    assert judging.words({"prompt": "a fox", "negative_prompt": "naked child"}) == judging.ALLOWED


def test_the_rules_name_reasons_that_there_are_and_words_in_both_languages():
    for rule in rulebook.rules().rule:
        assert rule.ground in GROUNDS and rule.verdict is not Verdict.ALLOW
    for words in rulebook.rules().words.values():
        assert any(word.isascii() for word in words) and any(not word.isascii() for word in words)


def test_a_thousand_letters_are_read_in_a_moment():
    for text in ("a " * 1000, "a." * 1000, "ا" * 2000, "a@" * 1000, "child " * 333):
        began = time.process_time()
        judging.words({"prompt": text})
        assert time.process_time() - began < 0.5, text[:6]


@pytest.mark.policy("P20")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_refused_before_anything_is_charged_and_with_the_way_to_a_person(alice: Person, language: str):
    await alice.post("/preferences", data={"language": language})
    await credits.grant_daily(alice.me)
    before = await credits.balance(alice.me)

    page = await alice.post("/create", data={"prompt": "a naked child", "visibility": "private"})
    problem = await alice.post("/api/v1/generations", json={"prompt": "a naked child"}, headers=alice.key)

    assert page.status_code == 422 and "a naked child" in page.text and '<a href="/support">' in page.text
    assert problem.status_code == 422 and set(problem.json()["errors"]) == {"refused"}
    assert await Generation.count() == 0 and await credits.balance(alice.me) == before
    noted = await AuditEvent.objects().where(AuditEvent.action == "prompt.refused")
    assert len(noted) == 2 and "naked" not in str([event.to_dict() for event in noted])


@pytest.mark.policy("P41")
async def test_set_aside_until_a_person_has_looked(alice: Person, visitor: Browser, web: Litestar):
    piece = await creation(alice.me, "my neighbour nude", "public")

    kept = await library.get_own(piece.id, alice.me)
    assert (kept.held, kept.visibility) == ("hold", "private") and await where_it_shows(visitor, kept) == set()
    assert (await alice.get(f"/c/{piece.slug}")).status_code == 200, "it is hers"
    [told] = [each for each in await notices.list_of(alice.me) if each.kind == "piece.waits"]
    page = await alice.get(f"/decisions/{told.facts['decision']}")
    assert "A machine set it aside" in page.text and "appeal" in page.text

    mona, [case] = await staff(web, "moderator"), await Case.objects()
    assert f"/admin/pieces/{piece.id}" in (await mona.get(f"/admin/cases/{case.number}")).text
    assert await decide(mona, kept, "allow", case.number) == 303
    assert (await library.get_own(piece.id, alice.me)).visibility == "public"
    await library.set_visibility([piece.id], alice.me, "private")
    [shown] = await library.set_visibility([piece.id], alice.me, "public")
    assert shown.visibility == "public", "a person has looked, and no machine asks again"


async def test_what_is_private_is_nobodys_business_until_it_is_to_be_shown(alice: Person, visitor: Browser):
    piece = await creation(alice.me, "my neighbour nude", "private")
    harmless = await creation(alice.me, "a red fox", "private")
    assert await Decision.count() == 0 and await Case.count() == 0

    with pytest.raises(Conflict, match="A person looks"):
        await library.set_visibility([piece.id, harmless.id], alice.me, "public")

    assert (await library.get_own(piece.id, alice.me)).held == "hold" and await Case.count() == 1
    assert (await library.get_own(harmless.id, alice.me)).visibility == "private", "all or none"
    assert await where_it_shows(visitor, piece) == set()


async def test_she_appeals_and_is_heard(alice: Person, web: Litestar):
    piece = await creation(alice.me, "my neighbour nude", "public")
    [decision] = await Decision.objects()
    case = await moderation.appeal(decision.id, alice.me, "He is a statue.", "en")
    mona = await staff(web, "moderator")

    assert await decide(mona, piece, "allow", case.number) == 303
    assert (await library.get_own(piece.id, alice.me)).visibility == "public"


@pytest.mark.policy("P24")
@pytest.mark.policy("P41")
async def test_what_was_removed_does_not_come_again_made_anew_or_brought(alice: Person, bob: Person, web: Litestar):
    piece = await creation(alice.me, "a red fox")
    await Creation.update({Creation.likeness: LOOKS}).where(Creation.id == piece.id)
    mona = await staff(web, "moderator")
    assert await decide(mona, piece, "block") == 303
    assert await BlockedFile.count() == 1

    row = await asked(bob.me, "a fox that is red", "private")
    made = await drawn()
    alike = LOOKS[:-1] + "4"
    assert await work.succeed(await claimed(), [_with(made, alike)])

    [again] = await generation.creations_of(row.id)
    assert again.held == "hold" and (await Decision.objects().where(Decision.owner == bob.me))[0].found_by == "rule"
    assert await uploads.looks_blocked(alike)

    assert await decide(mona, piece, "allow") == 303
    assert await BlockedFile.count() == 0 and not await uploads.looks_blocked(alike)


async def test_a_finished_picture_knows_how_it_looks(alice: Person):
    made = await drawn()
    assert made.likeness == "", "one colour looks like every other"

    row = await asked(alice.me)
    await work.succeed(await claimed(), [_with(made, LOOKS)])
    assert [each.likeness for each in await generation.creations_of(row.id)] == [LOOKS]


async def test_its_words_are_not_kept_with_the_refusal(alice: Person):
    with pytest.raises(Invalid):
        await generation.submit(alice.me, "", {"prompt": "a naked child"}, "private")
    assert await Generation.count() == 0


LOOKS = "0123456789abcdef" * 4


def _with(made: work.Made, likeness: str) -> work.Made:
    return msgspec.structs.replace(made, likeness=likeness)


async def test_a_title_is_read_as_well_when_others_see_it(alice: Person, visitor: Browser, web: Litestar):
    shown, kept = await creation(alice.me), await creation(alice.me, visibility="private")
    await library.describe(kept.id, alice.me, "my neighbour nude", True)
    assert await Decision.count() == 0, "only she reads it"

    with pytest.raises(Invalid):
        await library.describe(shown.id, alice.me, "a naked child", True)
    form = await alice.post(f"/creations/{shown.id}/details", data={"title": "a naked child"})
    assert form.status_code == 422 and "a naked child" in form.text
    assert (await library.get_own(shown.id, alice.me)).title == ""
    with pytest.raises(Conflict, match="A person looks"):
        await library.set_visibility([kept.id], alice.me, "public")

    held = await library.describe(shown.id, alice.me, "my neighbour nude", True)
    assert (held.held, held.visibility, held.title) == ("hold", "private", "my neighbour nude")
    assert held.media_key != shown.media_key and await where_it_shows(visitor, shown) == set()
    mona = await staff(web, "moderator")
    assert await decide(mona, held, "allow") == 303
    again = await library.describe(shown.id, alice.me, "my neighbour nude", False)
    assert (again.held, again.visibility) == ("", "public"), "a person has read it"
    await library.set_visibility([shown.id], alice.me, "private")
    assert (await library.describe(shown.id, alice.me, "h3nt@i", True)).held == "hold", "nobody has read this one"


async def test_nobody_is_called_what_may_not_stand_beside_a_piece(alice: Person):
    for path, form in (("/account", {"name": "Heil Hitler"}), ("/account", {"name": "Alice", "handle": "heil-hitler"})):
        answer = await alice.post(path, data=form)
        assert answer.status_code == 422 and "A rule about words" in answer.text, path
    assert (await accounts.get(alice.me)).name == "Alice"

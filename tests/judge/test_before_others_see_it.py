"""Alice shows something; the operator's own judge is asked before anybody sees it, and never about what is private."""

import asyncio
import base64
import io
import logging

import av
import pytest
from litestar import Litestar
from PIL import Image

from app import outbound, storage
from app.domain import asking, credits, generation, library, notices, releases, watching, work
from app.domain.grounds import GROUNDS
from app.errors import Conflict, Invalid
from app.models import AuditEvent, Case, Decision, Generation
from app.rulebook import Verdict
from app.workers import dressing
from tests.judge.server import Judge
from tests.people import Browser, Person, asked, claimed, creation, drawn, staff
from tests.routes.test_songs import finished as sung
from tests.routes.test_songs import song_model  # noqa: F401 - a fixture
from tests.support.test_moderation import decide, where_it_shows

HOLD = {"verdict": "hold", "ground": "hate"}
BLOCK = {"verdict": "block", "ground": "child"}
BLUR = {"verdict": "blur", "ground": "rules"}


async def test_what_alice_shows_is_asked_about_first_with_its_words_and_then_with_its_bytes(
    judge: Judge, alice: Person, bob: Person
):
    piece = await creation(alice.me, "a red fox", "public")

    words, picture = judge.asked
    said = {"prompt": "a red fox", "lyrics": "", "title": "", "language": ""}
    assert words == {"kind": "words", "id": words["id"]} | said
    assert picture | {"media": 0} == {"kind": "picture", "id": str(piece.id), "media": 0} | said
    assert picture["media"]["type"] == "image/webp"
    data = base64.b64decode(picture["media"]["data"])
    kept = await storage.get(f"{library.folder(piece.id)}/thumb.webp")
    for said_by_the_file in (b"c2pa", b"xmpmeta"):
        assert said_by_the_file in kept and said_by_the_file not in data
    seen = Image.open(io.BytesIO(data))
    assert seen.size == (128, 128) and seen.convert("RGB").getpixel((60, 60))[0] > 180  # type: ignore[index]
    assert piece.visibility == "public" and (await bob.get(f"/c/{piece.slug}")).status_code == 200
    assert judge.in_transactions == 0, "nothing of ours is locked while somebody is asked"


async def test_nothing_personal_goes_along_in_words_heads_or_files(judge: Judge, alice: Person):
    song = await sung(alice.me)
    await library.describe(song.id, alice.me, "Sea", True)
    await releases.ask(song.id, alice.me, words=True, cover=None)
    await dressing.make_waiting()
    assert b"Alice" in await storage.get(f"{library.folder(song.id)}/listen.mp3"), "she wants it in her files"
    await library.set_visibility([song.id], alice.me, "private")
    await library.set_visibility([song.id], alice.me, "public")

    heard = judge.asked[-1]
    data = base64.b64decode(heard["media"]["data"])
    assert (heard["kind"], heard["title"], heard["lyrics"]) == ("sound", "Sea", "[verse]\nhush")
    assert heard["media"]["type"] == "audio/mpeg" and len(data) <= asking.HEARD
    with av.open(io.BytesIO(data)) as file:
        assert sum(1 for _ in file.decode(audio=0)) > 10 and not file.metadata
    told = judge.raw + b"".join(base64.b64decode(each["media"]["data"]) for each in judge.asked if "media" in each)
    for personal in (str(alice.me), alice.account.email, alice.account.handle, alice.account.name, "session", "c2pa"):
        assert personal.encode() not in told, personal


async def test_private_is_never_asked_about_and_neither_is_what_is_refused_here(judge: Judge, alice: Person):
    piece = await creation(alice.me, "a red fox", "private")
    await library.describe(piece.id, alice.me, "Reynard", True)
    await library.share(piece.id, alice.me, 7)
    for visibility in ("private", "public"):
        with pytest.raises(Invalid):
            await asked(alice.me, "a naked child", visibility)
    assert judge.raw == b""

    shown = await creation(alice.me)
    questions = len(judge.asked)
    with pytest.raises(Invalid):
        await library.describe(shown.id, alice.me, "a naked child", True)
    assert len(judge.asked) == questions


async def test_without_an_address_nobody_is_asked_or_named(alice: Person, visitor: Browser):
    assert (await creation(alice.me)).visibility == "public"
    assert "Judge of what becomes public" not in (await visitor.get("/privacy/processors")).text


@pytest.mark.policy("P36")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_with_one_the_privacy_pages_say_what_it_is_handed(judge: Judge, visitor: Browser, language: str):
    page = (await visitor.get("/privacy/processors", headers={"Accept-Language": language})).text
    [entry] = [each for each in outbound.processors() if each.settings == ("moderation_url",)]
    assert entry.name in page and entry.data[language] in page


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_blocked_she_is_told_keeps_what_she_typed_and_may_make_it_for_herself(
    judge: Judge, alice: Person, language: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    await alice.post("/preferences", data={"language": language})
    await credits.grant_daily(alice.me)
    before, judge.says = await credits.balance(alice.me), BLOCK
    typed = {"prompt": "a crimson vulpine", "negative_prompt": "fog", "visibility": "public"}

    page = await alice.post("/create", data=typed)
    problem = await alice.post("/api/v1/generations", json=typed, headers=alice.key)

    assert page.status_code == 422 and "a crimson vulpine" in page.text and "fog" in page.text
    assert '<a href="/support">' in page.text
    assert {"en": "A machine that judges for this studio", "ar": "آلة تراجع المحتوى"}[language] in page.text
    assert problem.status_code == 422 and set(problem.json()["errors"]) == {"refused"}
    assert await Generation.count() == 0 and await credits.balance(alice.me) == before
    noted = await AuditEvent.objects().where(AuditEvent.action == "prompt.refused")
    assert len(noted) == 2 and "vulpine" not in str([event.to_dict() for event in noted]) + caplog.text
    assert (await creation(alice.me, "a crimson vulpine", "private")).visibility == "private"


async def test_held_it_is_hers_alone_until_a_person_has_looked(judge: Judge, alice: Person, bob: Person, web: Litestar):
    judge.says, judge.only = HOLD, "picture"
    piece = await creation(alice.me, "a red fox", "public")

    assert (piece.held, piece.visibility) == ("hold", "private") and await where_it_shows(bob, piece) == set()
    assert (await bob.get(f"/c/{piece.slug}")).status_code == 404
    assert (await alice.get(f"/c/{piece.slug}")).status_code == 200
    [told] = [each for each in await notices.list_of(alice.me) if each.kind == "piece.waits"]
    reasons = await alice.get(f"/decisions/{told.facts['decision']}")
    assert "A machine that judges for this studio" in reasons.text and GROUNDS["hate"].rule in reasons.text
    assert "appeal" in reasons.text

    [case] = await Case.objects()
    assert await decide(await staff(web, "moderator"), piece, "allow", case.number) == 303
    assert (await bob.get(f"/c/{piece.slug}")).status_code == 200
    questions = len(judge.asked)
    await library.set_visibility([piece.id], alice.me, "private")
    [shown] = await library.set_visibility([piece.id], alice.me, "public")
    assert shown.visibility == "public" and len(judge.asked) == questions, "a person has looked, no machine asks again"


async def test_veiled_it_is_public_and_others_press_first(judge: Judge, alice: Person, bob: Person):
    judge.says = BLUR
    piece = await creation(alice.me, "a red fox", "public")

    assert (piece.visibility, piece.veiled) == ("public", True) and await Case.count() == 0
    assert "red fox" not in (await bob.get(f"/c/{piece.slug}")).text
    [decision] = await Decision.objects()
    assert "drew a veil" in (await alice.get(f"/decisions/{decision.id}")).text


async def test_the_strictest_of_the_rules_and_the_judge_counts(judge: Judge, alice: Person):
    judge.says = BLUR
    assert (await creation(alice.me, "my neighbour nude", "public")).held == "hold", "the rule holds"
    judge.says, judge.only = BLOCK, "picture"
    made = await creation(alice.me, "a nude portrait in oil", "public")
    assert made.held == "hold" and not made.veiled, "the rule would only have veiled it"
    judge.says = {"verdict": "allow", "ground": "whatever"}
    assert (await creation(alice.me, "a nude portrait in oil", "public")).veiled, "a yes takes no rule away"
    assert [asking.strictest(asking.Said(each), asking.NOTHING).verdict for each in Verdict] == list(Verdict)


async def test_what_was_private_is_asked_about_when_she_shows_it(judge: Judge, alice: Person, bob: Person):
    piece = await creation(alice.me, visibility="private")
    other = await creation(alice.me, visibility="private")
    stranger = await creation(bob.me, visibility="private")
    for answer in (HOLD, BLOCK):
        judge.says = answer
        with pytest.raises(Conflict, match="A person looks"):
            await library.set_visibility([piece.id, other.id, stranger.id], alice.me, "public")
        for each in (piece, other):
            assert (await library.get_own(each.id, alice.me)).held == "hold"
        piece = await creation(alice.me, visibility="private")
        other = await creation(alice.me, visibility="private")

    judge.says = {"verdict": "allow"}
    assert (await alice.post(f"/creations/{piece.id}/visibility", data={"visibility": "public"})).status_code == 303
    assert (await bob.get(f"/c/{piece.slug}")).status_code == 200 and str(stranger.id) not in judge.raw.decode()
    assert judge.kinds() == ["picture"] * 5 and judge.in_transactions == 0


async def test_a_title_that_others_read_is_asked_about(judge: Judge, alice: Person, bob: Person):
    piece = await creation(alice.me)
    judge.says = BLOCK
    form = await alice.post(f"/creations/{piece.id}/details", data={"title": "Reynard"})
    assert form.status_code == 422 and "Reynard" in form.text
    assert (await library.get_own(piece.id, alice.me)).title == ""
    assert judge.asked[-1] | {"title": ""} == judge.asked[0] | {"id": str(piece.id)} and judge.in_transactions == 0

    judge.says = HOLD
    await library.describe(piece.id, alice.me, "Reynard", True)
    assert (await bob.get(f"/c/{piece.slug}")).status_code == 404


async def test_made_public_while_it_forms_it_is_asked_about_then(judge: Judge, alice: Person, bob: Person):
    row = await asked(alice.me, "a red fox", "private")
    judge.says = BLOCK
    with pytest.raises(Invalid, match="It stays private"):
        await generation.set_visibility(row.id, alice.me, "public")
    assert (await generation.get_own(row.id, alice.me)).visibility == "private"

    judge.says = HOLD
    await generation.set_visibility(row.id, alice.me, "public")
    assert not await watching.may_watch(row.id, bob.me) and await watching.may_watch(row.id, alice.me)
    assert judge.kinds() == ["words", "words"]


async def test_changing_her_mind_while_the_judge_thinks_nothing_slips_out(judge: Judge, alice: Person):
    row = await asked(alice.me, "a red fox", "public")
    mine, made = await claimed(), [await drawn()]
    judge.heard.clear()
    judge.answers.clear()
    keeping = asyncio.create_task(work.succeed(mine, made))
    await judge.heard.wait()
    await generation.set_visibility(row.id, alice.me, "private")
    judge.answers.set()
    assert await keeping
    assert (await library.get_own(made[0].id, alice.me)).visibility == "private"

    judge.says, judge.only = HOLD, "picture"
    row = await asked(alice.me, "a red fox", "private")
    mine, made = await claimed(), [await drawn()]
    await generation.set_visibility(row.id, alice.me, "public")
    assert await work.succeed(mine, made)
    assert (await library.get_own(made[0].id, alice.me)).held == "hold", "public at the end, it was asked about"


async def test_a_title_of_a_moment_ago_does_not_go_out_unread(judge: Judge, alice: Person):
    piece = await creation(alice.me, visibility="private")
    judge.answers.clear()
    showing = asyncio.create_task(library.set_visibility([piece.id], alice.me, "public"))
    await judge.heard.wait()
    await library.describe(piece.id, alice.me, "Something else", True)
    judge.answers.set()

    with pytest.raises(Conflict, match="at the same moment"):
        await showing
    assert (await library.get_own(piece.id, alice.me)).visibility == "private"

"""A judge who is silent, talks nonsense or sends us elsewhere says no yes, and takes nothing from anybody."""

import msgspec
import pytest

from app import judge as judges
from app import settings
from app.domain import asking, generation, library
from app.domain.grounds import GROUNDS
from app.errors import NoRoom
from app.models import Case, Creation, Decision
from app.rulebook import Verdict
from tests.judge.server import SECRET, Judge
from tests.people import Person, account, creation, finished
from tests.policy.conftest import chosen
from tests.routes.test_songs import song_model  # noqa: F401 - a fixture
from tests.standing import standing

HOLD = {"verdict": "hold", "ground": "hate"}


NONSENSE = {
    "no JSON": b"<html>yes</html>", "a list": b"[]", "nothing": b"{}", "another word": b'{"verdict": "fine"}',
    "no ground": b'{"verdict": "hold"}', "a ground of its own": b'{"verdict": "block", "ground": "taste"}',
    "a number": b'{"verdict": "hold", "ground": 3}', "no UTF-8": b'{"verdict": "\xff\xfe"}',
    "very much": b'{"verdict": "allow", "why": "' + b"x" * judges.MOST_READ + b'"}',
    "very deep": b'{"verdict": "allow", "why": ' + b"[" * 8000 + b"]" * 8000 + b"}", "squeezed": b"\x1f\x8b\x08\x00",
}  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_is_taken_for_silence(judge: Judge, nonsense: str, caplog: pytest.LogCaptureFixture):
    judge.body = NONSENSE[nonsense]
    if nonsense == "squeezed":
        judge.head = [(b"content-encoding", b"gzip")]
    said = await asking.about_words({"prompt": "a crimson vulpine"})

    assert said.waits and said.verdict is Verdict.HOLD and said.ground in GROUNDS
    assert "vulpine" not in caplog.text and SECRET not in caplog.text and "did not answer" in caplog.text


@pytest.mark.parametrize("status", [201, 204, 400, 401, 404, 500, 503])
async def test_whoever_refuses_has_not_answered(judge: Judge, status: int):
    judge.status = status
    assert (await asking.about_words({"prompt": "a red fox"})).waits


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_leads_nowhere(judge: Judge, status: int):
    other = Judge()
    async with standing(other) as elsewhere:
        judge.status, judge.head = status, [(b"location", f"{elsewhere}/judge".encode())]
        assert (await asking.about_words({"prompt": "a red fox"})).waits
        judge.head = [(b"location", b"http://169.254.169.254/latest/meta-data/")]
        assert (await asking.about_words({"prompt": "a red fox"})).waits
        judge.head = [(b"location", b"/somewhere-else")]
        assert (await asking.about_words({"prompt": "a red fox"})).waits
    assert other.raw == b"" and len(judge.asked) == 3


async def test_nobody_there_is_silence_too(judge: Judge, monkeypatch: pytest.MonkeyPatch):
    with chosen(monkeypatch, MODERATION_URL="http://127.0.0.1:9/", MODERATION_SECRET=SECRET):
        assert (await asking.about_words({"prompt": "a red fox"})).waits


async def test_silent_while_it_is_made_a_person_looks_and_nothing_is_said_against_it(
    judge: Judge, hasty: None, alice: Person, bob: Person
):
    judge.answers.clear()
    row, [piece] = await finished(alice.me, "a red fox", "public")

    assert row.guarded and (piece.held, piece.visibility) == ("hold", "private")
    assert (await bob.get(f"/c/{piece.slug}")).status_code == 404
    [decision] = await Decision.objects()
    reasons = (await alice.get(f"/decisions/{decision.id}")).text
    assert "did not answer" in reasons and "Nothing is said against it" in reasons


async def test_silent_while_she_waits_for_it_she_tries_again_and_nothing_has_changed(
    judge: Judge, hasty: None, alice: Person
):
    shown, kept = await creation(alice.me), await creation(alice.me, visibility="private")
    judge.answers.clear()

    with pytest.raises(NoRoom, match="Nothing was changed"):
        await library.set_visibility([kept.id], alice.me, "public")
    form = await alice.post(f"/creations/{shown.id}/details", data={"title": "Reynard"})

    assert form.status_code == 422 and "Reynard" in form.text and "try again" in form.text
    assert await Case.count() == 0 and (await library.get_own(kept.id, alice.me)).held == ""
    assert (await library.get_own(shown.id, alice.me)).visibility == "public"


async def test_an_operator_may_take_silence_for_a_yes(
    judge: Judge, hasty: None, alice: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MODERATION_SILENT", "allow")
    settings.get.cache_clear()
    judge.answers.clear()

    row, [piece] = await finished(alice.me, "a red fox", "public")

    assert piece.visibility == "public" and not row.guarded and len(judge.asked) == 2
    assert (await creation(alice.me, "my neighbour nude", "public")).held == "hold", "the rules are as they were"


async def test_whoever_was_silent_once_is_not_asked_about_all_the_others(judge: Judge, hasty: None, alice: Person):
    row, _ = await finished(alice.me, pictures=4, visibility="private")
    [first, *_] = await generation.creations_of(row.id)
    judge.answers.clear()
    many = [asking.Piece(first.id, "image", {"prompt": "a red fox"})] * 100

    said = await asking.about(many)

    assert len(judge.asked) == asking.AT_ONCE and all(each.waits for each in said.values())


async def test_bytes_that_are_gone_are_not_taken_for_judged(judge: Judge):
    nothing = asking.Piece((await account()).id, "image", {"prompt": "a red fox"})
    assert (await asking.about([nothing]))[nothing.id].waits and judge.asked == []


@pytest.mark.parametrize(
    ("url", "secret", "fine"),
    [
        ("https://judge.example.org/ask?of=ours", SECRET, True), ("http://127.0.0.1:9000/", SECRET, True),
        ("http://[::1]:9000", SECRET, True), ("http://judge.example.org/", SECRET, False),
        ("http://127.0.0.1.example.org/", SECRET, False), ("https://a:b@judge.example.org/", SECRET, False),
        ("https://judge.example.org:nine/", SECRET, False), ("ftp://127.0.0.1/", SECRET, False),
        ("https://", SECRET, False), ("judge", SECRET, False), ("https://judge.example.org/", "", False),
        ("", SECRET, False),
        ("https://judge.example.org/", "whsec_c2hvcnQ=", False), ("https://judge.example.org/", "hush", False),
    ],
)  # fmt: skip
def test_a_wrong_address_or_secret_stops_the_process_and_is_not_repeated(url: str, secret: str, fine: bool):
    told = {"MODERATION_URL": url, "MODERATION_SECRET": secret}
    if fine:
        assert settings.load(told).moderation_url == url
        return
    with pytest.raises(SystemExit, match="MODERATION_") as stopped:
        settings.load(told)
    assert not secret or secret not in str(stopped.value)


async def test_an_answer_may_say_more_than_is_read(judge: Judge):
    judge.says = HOLD | {"score": 0.93, "model": "ours"}
    assert (await asking.about_words({"prompt": "a red fox"}))[:2] == (Verdict.HOLD, "hate")
    assert msgspec.json.decode(msgspec.json.encode(judge.says), type=judges.Answer).ground == "hate"
    assert await Creation.count() == 0

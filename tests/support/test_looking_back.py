"""The operator adds a rule about words: what Alice had published before is judged by it as well."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import rulebook
from app.domain import judging, library, looking_back, moderation, notices
from app.models import Case, Creation
from tests.people import Browser, Person, creation, staff
from tests.support.test_moderation import decide, where_it_shows

Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Put a rule about red things into the file, as if the studio had been started again."""

    def forget() -> None:
        for each in (rulebook.rules, rulebook.edition, judging._plain_words):
            each.cache_clear()

    def new(verdict: str) -> None:
        file = tmp_path / "moderation.toml"
        rule = f'[[rule]]\nverdict = "{verdict}"\nground = "rules"\ngroups = ["red"]\n'
        file.write_text(
            rule + rulebook.FILE.read_text(encoding="utf-8") + '\nred = ["red fox", "ثعلب أحمر"]\n', "utf-8"
        )
        monkeypatch.setattr(rulebook, "FILE", file)
        forget()

    yield new
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("verdict", ["hold", "block"])
async def test_set_aside_with_reasons_and_for_a_person_to_look_at(
    alice: Person, visitor: Browser, write: Write, verdict: str
):
    fox, hen = await creation(alice.me, "a red fox"), await creation(alice.me, "a white hen")
    link = await library.share(fox.id, alice.me, 7)
    assert await looking_back.judge_again() == 2 and "page" in await where_it_shows(visitor, fox)

    write(verdict)
    assert await looking_back.judge_again() == 2

    kept = await library.get_own(fox.id, alice.me)
    assert (kept.held, kept.visibility) == ("hold", "private") and await where_it_shows(visitor, fox) == set()
    assert (await visitor.get(f"/s/{link.token}")).status_code == 404
    assert kept.media_key != fox.media_key, "old addresses of its bytes are dead for good"
    assert await Case.count() == 1 and [each.kind for each in await notices.list_of(alice.me)] == ["piece.waits"]
    assert "page" in await where_it_shows(visitor, hen)
    assert await looking_back.judge_again() == 0, "once for each edition of the rules"


async def test_a_veil_is_drawn_over_what_was_public_without(alice: Person, visitor: Browser, write: Write):
    fox = await creation(alice.me, "a red fox")

    write("blur")
    await looking_back.judge_again()

    now = await library.get_own(fox.id, alice.me)
    assert (now.visibility, now.veiled) == ("public", True)
    assert "red fox" not in (await visitor.get(f"/c/{fox.slug}")).text


async def test_what_a_person_let_pass_and_what_is_private_stay_as_they_are(alice: Person, web: object, write: Write):
    passed, hers = await creation(alice.me, "a red fox"), await creation(alice.me, "a red fox", "private")
    await decide(await staff(web, "moderator"), passed, "allow")  # type: ignore[arg-type]

    write("hold")
    await looking_back.judge_again()

    assert (await library.get_own(passed.id, alice.me)).visibility == "public"
    assert (await library.get_own(hers.id, alice.me)).held == ""


async def test_stopped_halfway_it_goes_on_where_it_was(alice: Person, write: Write, monkeypatch: pytest.MonkeyPatch):
    pieces = [await creation(alice.me, "a red fox") for _ in range(5)]
    write("hold")
    monkeypatch.setattr(looking_back, "BATCH", 2)
    await looking_back._judge(pieces[0].id)

    assert await looking_back.judge_again() == 4
    assert await Creation.count().where(Creation.held == "hold") == 5
    assert await moderation.history(pieces[4].id) != []

"""Alice's piece is public behind a veil: Bob and the visitor see nothing of it in any place until they press."""

import io

import pytest
from litestar import Litestar
from PIL import Image

from app.domain import accounts, generation, library, moderation, notices, showing, watching, work
from app.errors import NotFound
from app.models import Case, Creation, Decision, Generation
from app.workers import dressing, finishing, shown
from app.workers.engine import Picture
from tests.people import Browser, Person, asked, claimed, creation, staff
from tests.routes.test_songs import finished as sung
from tests.routes.test_songs import song_model  # noqa: F401 - a fixture
from tests.support.test_moderation import decide

WORDS = "a nude portrait in oil"
HALVES = ((250, 20, 20), (20, 20, 250))


async def veiled(owner: Person) -> Creation:
    """Made by the words of a rule, its veil drawn by housekeeping."""
    piece = await creation(owner.me, WORDS, "public")
    assert await dressing.make_waiting() == 1
    return await library.get_own(piece.id, owner.me)


async def seen(browser: Browser, key: str, name: str = "full.webp") -> bytes:
    """Empty where there is nothing for them."""
    answer = await browser.get(f"/m/{key}/{name}")
    assert answer.status_code in (200, 404)
    return answer.content if answer.status_code == 200 else b""


@pytest.mark.parametrize("words", [WORDS, "a severed head on a plate", "امرأة عارية", "رأس مقطوع"])
async def test_a_rule_draws_a_veil_and_its_maker_is_told_why(alice: Person, words: str):
    piece = await creation(alice.me, words, "public")

    assert (piece.visibility, piece.held, piece.veiled) == ("public", "", True)
    [told] = [each for each in await notices.list_of(alice.me) if each.kind == "piece.veiled"]
    reasons = await alice.get(f"/decisions/{told.facts['decision']}")
    assert "behind a veil" in reasons.text and "A machine drew the veil" in reasons.text and "appeal" in reasons.text
    assert f"/decisions/{told.facts['decision']}" in (await alice.get(f"/c/{piece.slug}")).text
    assert await Case.count() == 0, "nobody has to look before somebody asks"


async def test_in_no_place_is_it_seen_without_a_press(alice: Person, bob: Person, visitor: Browser):
    piece = await veiled(alice)
    names = ("original.png", "full.webp", "thumb.webp", "card.jpg")
    clear = {name: await seen(alice, piece.media_key, name) for name in names}
    assert all(clear.values()), "hers, as ever"

    for other in (bob, visitor):
        for name in names:
            found = await seen(other, piece.media_key, name)
            assert found != clear[name] and bool(found) == (name != "original.png"), name
        for path in (
            f"/c/{piece.slug}", "/explore", "/feed.xml", "/", f"/u/{alice.account.handle}", f"/c/{piece.slug}/report",
            "/api/v1/explore", f"/api/v1/explore/{piece.slug}",
        ):  # fmt: skip
            page = await other.get(path)
            assert page.status_code == 200 and "nude" not in page.text and "~" not in page.text, path
    assert "Behind a veil" in (await visitor.get("/explore")).text
    assert piece.slug not in (await visitor.get("/")).text, "nobody meets it at the door"
    assert (await visitor.get("/oembed", params={"url": page_of(visitor, piece)})).json()["type"] == "link"


def page_of(browser: Browser, piece: Creation) -> str:
    return f"{str(browser.base_url).rstrip('/')}/c/{piece.slug}"


async def test_nothing_can_be_told_from_the_veil(alice: Person, visitor: Browser):
    striped = Image.new("RGB", (256, 256))
    for column in range(256):
        striped.paste(HALVES[column // 8 % 2], (column, 0, column + 1, 256))
    row = await asked(alice.me, WORDS, "public")
    assert await work.succeed(await claimed(), [await finishing.store(Picture(striped, 3), 0, shown.files(striped))])
    [piece] = await generation.creations_of(row.id)
    await dressing.make_waiting()
    piece = await library.get_own(piece.id, alice.me)

    veil = Image.open(io.BytesIO(await seen(visitor, piece.media_key))).convert("L")

    low, high = veil.crop((16, 16, veil.width - 16, veil.height - 16)).getextrema()
    assert int(high) - int(low) < 40, "the stripes are gone"  # type: ignore[call-overload]
    assert veil.size == (256, 256), "and its place on the wall stays"


async def test_until_the_veil_is_drawn_there_is_nothing(alice: Person, visitor: Browser):
    piece = await creation(alice.me, WORDS, "public")

    assert await seen(visitor, piece.media_key) == b"" and (await visitor.get(f"/c/{piece.slug}")).status_code == 200


async def test_a_press_without_script_shows_it_on_this_page_and_no_cache_mixes_them_up(alice: Person, visitor: Browser):
    piece = await veiled(alice)
    page = await visitor.get(f"/c/{piece.slug}")
    assert 'href="?clear=yes"' in page.text and f"/m/{piece.media_key}/full.webp" in page.text
    behind = await visitor.get(f"/m/{piece.media_key}/full.webp")

    clear = await visitor.get(f"/c/{piece.slug}?clear=yes")
    bytes_ = await visitor.get(f"/m/{piece.media_key}~/full.webp")

    assert WORDS in clear.text and f"/m/{piece.media_key}~/full.webp" in clear.text and "og:image" not in clear.text
    assert bytes_.content == await seen(alice, piece.media_key) != behind.content
    assert bytes_.headers["ETag"] != behind.headers["ETag"]
    hers = await alice.get(f"/m/{piece.media_key}/full.webp")
    assert "public" not in hers.headers["Cache-Control"], "what she sees is not for whoever asks after her"
    told = (await visitor.get(f"/api/v1/explore/{piece.slug}")).json()
    assert told["veiled"] and told["prompt"] == "" and told["seed"] is None
    assert (await visitor.get(f"/api/v1/explore/{piece.slug}?clear=true")).json()["prompt"] == WORDS


async def test_private_stays_private_whatever_is_pressed(alice: Person, bob: Person):
    piece = await veiled(alice)
    [hidden] = await library.set_visibility([piece.id], alice.me, "private")

    for key in (piece.media_key, hidden.media_key):
        assert await seen(bob, f"{key}~") == b"" == await seen(bob, key)
    assert (await bob.get(f"/c/{piece.slug}?clear=yes")).status_code == 404


async def test_a_share_link_has_the_veil_as_well(alice: Person, visitor: Browser):
    piece = await veiled(alice)
    [hidden] = await library.set_visibility([piece.id], alice.me, "private")
    link = await library.share(hidden.id, alice.me, 7)

    page, clear = await visitor.get(f"/s/{link.token}"), await visitor.get(f"/s/{link.token}?clear=yes")

    assert "nude" not in page.text and WORDS in clear.text
    assert await seen(visitor, link.media_key) not in (b"", await seen(visitor, f"{link.media_key}~"))
    await library.revoke(link.id, alice.me)
    assert await seen(visitor, f"{link.media_key}~") == b""


async def test_bob_makes_nothing_from_it_and_it_stands_for_nobody(alice: Person, bob: Person):
    piece = await veiled(alice)
    await Creation.update({Creation.remix: True}).where(Creation.id == piece.id)
    await alice.post("/account/picture", data={"creation": str(piece.id)})

    source = {"prompt": "a fox", "task_type": "image2image", "image": [f"creation:{piece.id}"]}
    answer = await bob.post("/api/v1/generations", json=source, headers=bob.key)

    assert answer.status_code == 404
    assert "Make something from" not in (await bob.get(f"/c/{piece.slug}?clear=yes")).text
    assert await showing.picture_of(await accounts.get(alice.me)) == "", "chosen by its maker or not"


async def test_a_veiled_song_is_not_heard_before_a_press(alice: Person, visitor: Browser):
    song = await sung(alice.me, prompt="a calm sea", lyrics="[verse]\nsevered head")
    await dressing.make_waiting()
    song = await library.get_own(song.id, alice.me)
    assert song.veiled

    for name in ("listen.mp3", "listen.opus", "listen.m4a", "original.flac", "peaks.json"):
        assert await seen(visitor, song.media_key, name) == b""
        assert await seen(visitor, f"{song.media_key}~", name) != b""
    for path in ("/explore", "/feed.xml", f"/c/{song.slug}"):
        assert "listen." not in (await visitor.get(path)).text, path
    assert "listen.mp3" in (await visitor.get(f"/c/{song.slug}?clear=yes")).text


async def test_a_moderator_draws_it_and_somebody_else_takes_it_away(alice: Person, visitor: Browser, web: Litestar):
    piece = await creation(alice.me)
    mona, max_ = await staff(web, "moderator"), await staff(web, "moderator")

    assert await decide(mona, piece, "blur") == 303
    await dressing.make_waiting()
    drawn = await library.get_own(piece.id, alice.me)
    assert (drawn.visibility, drawn.veiled) == ("public", True)
    assert "red fox" not in (await visitor.get(f"/c/{piece.slug}")).text
    assert "It is public, behind a veil." in (await mona.get(f"/admin/pieces/{piece.id}")).text
    [decision] = await Decision.objects()
    case = await moderation.appeal(decision.id, alice.me, "It is a fox.", "en")
    assert await decide(max_, piece, "allow", case.number) == 303

    assert "red fox" in (await visitor.get(f"/c/{piece.slug}")).text
    assert not (await library.get_own(piece.id, alice.me)).veiled
    assert "piece.released" in [each.kind for each in await notices.list_of(alice.me)]


async def test_hidden_first_and_shown_again_behind_a_veil(alice: Person, visitor: Browser, web: Litestar):
    piece, mona = await creation(alice.me), await staff(web, "moderator")
    await decide(mona, piece, "hold")

    assert await decide(mona, piece, "blur") == 303

    now = await library.get_own(piece.id, alice.me)
    assert (now.held, now.visibility, now.veiled) == ("", "public", True)


async def test_what_a_person_let_pass_no_rule_veils_again(alice: Person, web: Litestar):
    piece, mona = await veiled(alice), await staff(web, "moderator")
    await decide(mona, piece, "allow")
    await library.set_visibility([piece.id], alice.me, "private")

    [again] = await library.set_visibility([piece.id], alice.me, "public")

    assert not again.veiled
    named = await library.describe(piece.id, alice.me, "a severed head", True)
    assert named.veiled, "this title nobody has read"


async def test_made_public_later_it_gets_its_veil_then(alice: Person):
    piece = await creation(alice.me, WORDS, "private")
    assert not piece.veiled, "what only she sees is hers"

    [public] = await library.set_visibility([piece.id], alice.me, "public")
    [again] = await library.set_visibility([piece.id], alice.me, "public")

    assert public.veiled and again.veiled and await Decision.count() == 1


@pytest.mark.parametrize("words", [WORDS, "my neighbour nude"])
async def test_nobody_watches_it_form_before_it_is_judged(alice: Person, bob: Person, words: str):
    row = await asked(alice.me, words, "public")
    mine = await claimed()

    assert await watching.may_watch(row.id, alice.me) and not await watching.may_watch(row.id, bob.me)
    link = await watching.set_watchable(row.id, alice.me, True)
    assert not await watching.may_watch(row.id, None, link.watch_token)
    assert await watching.being_made() == [] and str(row.id) not in (await bob.get("/explore")).text
    assert (await bob.get(f"/g/{row.id}")).status_code == 404
    assert mine.id == row.id and await Generation.count() == 1


async def test_what_anybody_may_watch_is_still_watched(alice: Person, bob: Person):
    row = await asked(alice.me, "a red fox", "public")
    await claimed()

    assert await watching.may_watch(row.id, bob.me) and [each["id"] for each in await watching.being_made()] == [row.id]


async def test_taken_down_it_is_gone_for_whoever_pressed(alice: Person, visitor: Browser, web: Litestar):
    piece = await veiled(alice)
    assert await decide(await staff(web, "moderator"), piece, "hold") == 303

    assert await seen(visitor, f"{piece.media_key}~") == b""
    with pytest.raises(NotFound):
        await showing.get_visible(piece.slug, None, clear=True)

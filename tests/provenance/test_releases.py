"""A song under a picture of its maker's, words in the files of whoever wants them, and the way back from both."""

import io
from uuid import uuid4

import pytest
from mutagen.flac import FLAC
from PIL import Image

from app import storage
from app.domain import library, releases
from app.errors import Invalid, NotFound
from app.models import Creation
from app.workers import dressing, finishing
from tests.people import FROM_HTMX, Browser, Person, creation
from tests.provenance import independent
from tests.routes.reading import read
from tests.routes.test_songs import finished, song_model

__all__ = ["song_model"]
RED = (200, 40, 30)
"What tests.people draws."


async def bytes_of(made: Creation, name: str) -> bytes:
    return await storage.get(f"{library.folder(made.id)}/{name}")


def color(data: bytes) -> tuple[int, ...]:
    return Image.open(io.BytesIO(data)).convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[return-value]


def is_red(data: bytes) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(color(data), RED, strict=True))


async def test_a_song_gets_a_picture_of_alices_for_its_cover_and_everything_follows(alice: Person, visitor: Browser):
    picture, song = await creation(alice.me, "a red fox"), await finished(alice.me, audio_duration="5")
    drawn = await bytes_of(song, "full.webp")

    page = read(await alice.get(f"/c/{song.slug}"))
    offered = [field["value"] for field in page.all("input") if field.get("name") == "cover"]
    assert offered == ["", str(picture.id)]
    answer = await alice.post(f"/creations/{song.id}/release", data={"cover": str(picture.id)}, headers=FROM_HTMX)
    assert "written anew" in answer.text
    assert await dressing.make_waiting() == 1 and await dressing.make_waiting() == 0

    now = await library.get_own(song.id, alice.me)
    assert is_red(await bytes_of(song, "full.webp")) and is_red(await bytes_of(song, "thumb.webp"))
    assert is_red(FLAC(io.BytesIO(await bytes_of(song, "original.flac"))).pictures[0].data)
    assert (now.width, now.height) == (128, 128) and now.media_key != song.media_key
    assert (await visitor.get(f"/m/{song.media_key}/full.webp")).status_code == 404
    card = await visitor.get(f"/m/{now.media_key}/card.jpg")
    assert independent.check(card.content).claim["instanceID"] == song.id.urn
    assert "written anew" not in (await alice.get(f"/c/{song.slug}")).text

    await alice.post(f"/creations/{song.id}/release", data={"cover": ""})
    await dressing.make_waiting()
    assert color(await bytes_of(song, "full.webp")) == pytest.approx(color(drawn), abs=4)


@pytest.mark.parametrize("deed", ["private", "deleted"])
async def test_a_picture_that_is_hidden_is_seen_nowhere_at_once(alice: Person, visitor: Browser, deed: str):
    picture, song = await creation(alice.me), await finished(alice.me, audio_duration="5")
    await releases.ask(song.id, alice.me, False, picture.id)
    await dressing.make_waiting()
    song = await library.get_own(song.id, alice.me)

    if deed == "private":
        await library.set_visibility([picture.id], alice.me, "private")
    else:
        await library.delete(picture.id, alice.me)

    for name in ("full.webp", "thumb.webp", "card.jpg"):
        assert (await visitor.get(f"/m/{song.media_key}/{name}")).status_code == 404
    assert await dressing.make_waiting() == 1
    song = await library.get_own(song.id, alice.me)
    cover = (await visitor.get(f"/m/{song.media_key}/full.webp")).content
    assert not is_red(cover) and not is_red(FLAC(io.BytesIO(await bytes_of(song, "original.flac"))).pictures[0].data)


async def test_only_a_public_picture_of_ones_own_can_be_a_cover(alice: Person, bob: Person):
    song = await finished(alice.me, audio_duration="5")
    private, foreign = await creation(alice.me, visibility="private"), await creation(bob.me)

    for wrong in (private.id, foreign.id, song.id, uuid4()):
        with pytest.raises(Invalid):
            await releases.ask(song.id, alice.me, False, wrong)
    with pytest.raises(NotFound):
        await releases.ask(song.id, bob.me, False, foreign.id)
    assert await releases.waiting() == []


async def told(song: Creation, *words: str) -> set[str]:
    """Which of these words stand in which of its files."""
    files = {name: await bytes_of(song, name) for name in finishing.SOUNDS}
    return {f"{name}: {word}" for name, data in files.items() for word in words if word.encode() in data}


async def test_words_travel_only_when_they_are_wanted(alice: Person):
    song = await finished(alice.me, audio_duration="5", prompt="a heliotrope sea", lyrics="hush my kestrel")
    words = ("Alice", "heliotrope", "kestrel")
    assert await told(song, *words) == set()

    await library.describe(song.id, alice.me, "Low tide", False)
    assert await releases.waiting() == [], "nobody asked for words"
    await releases.ask(song.id, alice.me, True, None)
    await dressing.make_waiting()
    assert len(await told(song, "Low tide", *words)) == 4 * 4
    for name in ("original.flac", "listen.mp3"):
        assert independent.check(await bytes_of(song, name)).claim["instanceID"] == song.id.urn

    await library.describe(song.id, alice.me, "High tide", False)
    await dressing.make_waiting()
    assert len(await told(song, "Low tide", "High tide")) == 4

    await releases.ask(song.id, alice.me, False, None)
    await dressing.make_waiting()
    assert await told(song, "High tide", *words) == set()


async def test_a_pictures_words_are_in_its_original_and_never_on_pages(alice: Person):
    picture = await creation(alice.me, "a heliotrope fox")
    before = Image.open(io.BytesIO(await bytes_of(picture, "original.png"))).tobytes()

    await alice.post(f"/creations/{picture.id}/release", data={"words": "1"})
    await dressing.make_waiting()

    original = await bytes_of(picture, "original.png")
    assert b"heliotrope" in original and Image.open(io.BytesIO(original)).tobytes() == before
    assert independent.check(original).claim["instanceID"] == picture.id.urn
    for name in ("full.webp", "thumb.webp", "card.jpg"):
        assert b"heliotrope" not in await bytes_of(picture, name)

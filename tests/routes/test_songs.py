"""Songs at the doors: asked for, checked, charged, made, heard, hidden; and nothing offered that cannot be made."""

import html
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest

from app import cache, catalog, settings, song_params
from app.domain import generation, library, showing, work
from app.models import Creation, Generation, Kind
from app.params import Problems
from app.realtime import bus
from app.workers import finishing
from app.workers.engine import Song
from tests.people import Browser, Person

MODEL = catalog.SongModel(
    id="songs", title="Songs", licence="MIT", commercial=True, seconds=[10, 5, 20], steps=8, max_steps=20,
    guidance_scale=4.0, keys=("C major", "A minor"), bpm=(60, 180),
)  # fmt: skip
RATE = 8000


@pytest.fixture(autouse=True)
def song_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder that describes itself, as any model's does; nobody loads it here."""
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "model_index.json").write_text("{}")
    known = msgspec.to_builtins(MODEL)
    known.pop("id")
    (folder / "studio.json").write_bytes(msgspec.json.encode(known))
    monkeypatch.setenv("SONG_MODEL", str(folder))
    settings.get.cache_clear()
    catalog.songs.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()
    catalog.songs.cache_clear()


async def asked(owner: Any, **params: Any) -> Generation:
    wanted = {"prompt": "a calm sea", "lyrics": "[verse]\nhush"} | params
    return await generation.submit(owner, "", wanted, "public", kind=Kind.SONG.value)


async def finished(owner: Any, **params: Any) -> Creation:
    row = await asked(owner, **params)
    mine = await work.claim("worker", [row.model])
    assert mine is not None and mine.id == row.id
    seconds = mine.params["audio_duration"]  # type: ignore[index]
    samples = 0.5 * np.sin(np.arange(int(seconds * RATE)) / 5).astype(np.float32)[None]
    song = Song(samples, RATE, mine.params["seed"], np.ones(50, np.float32))  # type: ignore[index]
    assert await work.succeed(mine, [await finishing.store(song, 0, finishing.song_files(song))])
    [made] = await generation.creations_of(row.id)
    return made


MIXED = "[verse]\nيا بحر hush يا ليل\n[chorus]\n\u2067sing\u2069 لي 3 مرات"


@pytest.mark.parametrize(
    "lyrics, fine", [("", True), ("a", True), (MIXED, True), ("ل" * 5000, True), ("ل" * 5001, False)]
)
def test_lyrics_may_be_empty_or_long_but_not_too_long(lyrics: str, fine: bool):
    if fine:
        assert song_params.check(MODEL, {"prompt": "x", "lyrics": lyrics}).lyrics == lyrics
        return
    with pytest.raises(Problems) as refused:
        song_params.check(MODEL, {"prompt": "x", "lyrics": lyrics})
    assert refused.value.errors["lyrics"].values == {"length": 5001, "limit": 5000}


def test_every_wrong_field_is_named_at_once():
    wrong = {
        "prompt": " ", "audio_duration": "7", "bpm": "fast", "keyscale": "H major", "timesignature": "11",
        "vocal_language": "xx", "num_inference_steps": "0", "guidance_scale": "-1", "seed": "x",
    }  # fmt: skip

    with pytest.raises(Problems) as refused:
        song_params.check(MODEL, wrong)

    assert set(refused.value.errors) == set(wrong)


@pytest.mark.parametrize("seconds", ["0", "-10", "nan", "inf", "1e9", "9" * 400, "ten", "10s", "٧"])
def test_a_length_that_the_model_cannot_make_is_answered_with_those_it_can(seconds: str):
    with pytest.raises(Problems) as refused:
        song_params.check(MODEL, {"prompt": "x", "audio_duration": seconds})

    assert set(refused.value.errors) == {"audio_duration"}
    assert refused.value.errors["audio_duration"].values["lengths"]


async def test_lyrics_in_two_directions_come_back_as_they_were_typed(alice: Person):
    sent = {"kind": "song", "prompt": "a calm sea", "lyrics": MIXED}
    back = await alice.post("/create", data=sent | {"bpm": "fast"})
    assert back.status_code == 422 and html.escape(MIXED) in back.text and 'dir="auto"' in back.text

    assert (await alice.post("/create", data=sent)).status_code == 303
    [row] = await generation.recent_of(alice.me)
    assert row.params["lyrics"] == MIXED  # type: ignore[index]


def test_a_model_that_cannot_sing_is_not_given_words():
    silent = msgspec.structs.replace(MODEL, sings=False)

    assert song_params.check(silent, {"prompt": "x", "lyrics": "la la"}).lyrics == ""


async def test_alice_is_offered_songs_and_asks_for_one(alice: Person):
    page = await alice.get("/create?kind=song")
    assert 'name="lyrics"' in page.text and 'name="negative_prompt"' not in page.text

    answer = await alice.post("/create", data={"kind": "song", "prompt": "a calm sea", "lyrics": "hush", "bpm": "90"})

    assert answer.status_code == 303
    [row] = await generation.recent_of(alice.me)
    assert (row.kind, row.total_steps, row.params["bpm"]) == ("song", 8, 90)  # type: ignore[index]


@pytest.mark.policy("P14")
async def test_a_studio_without_a_song_model_offers_none(alice: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SONG_MODEL", "none")
    settings.get.cache_clear()
    catalog.songs.cache_clear()

    page = await alice.get("/create?kind=song")

    assert 'name="lyrics"' not in page.text and "kind=song" not in page.text


async def test_a_wrong_song_costs_nothing_and_loses_nothing_that_was_typed(alice: Person):
    answer = await alice.post("/create", data={"kind": "song", "prompt": "", "lyrics": "my only words", "bpm": "9"})

    assert answer.status_code == 422
    assert "my only words" in answer.text and 'id="bpm-problem"' in answer.text
    assert await generation.recent_of(alice.me) == []


async def test_a_finished_song_plays_on_its_page_and_in_explore(alice: Person, visitor: Browser):
    song = await finished(alice.me, audio_duration="5")

    assert (song.seconds, song.width, song.height) == (5, 1024, 1024)
    page = await visitor.get(f"/c/{song.slug}")
    assert f"/m/{song.media_key}/listen.opus" in page.text and "music.song" in page.text
    wall = await visitor.get("/explore?kind=song")
    assert f'data-play="/m/{song.media_key}/listen."' in wall.text
    assert song.slug not in (await visitor.get("/explore?kind=image")).text


async def test_elsewhere_it_is_embedded_as_something_to_hear(alice: Person, visitor: Browser):
    song = await finished(alice.me, audio_duration="5")
    await library.describe(song.id, alice.me, 'A "calm" <sea>', True)

    shown = (await visitor.get(f"/oembed?url=http://127.0.0.1:8000/c/{song.slug}&maxwidth=300")).json()
    page, feed = (await visitor.get(f"/c/{song.slug}")).text, (await visitor.get("/feed.xml")).text

    assert (shown["type"], shown["width"]) == ("rich", 300) and "url" not in shown
    assert "<sea>" not in shown["html"] and "&lt;sea&gt;" in shown["html"]
    sound = f"/m/{song.media_key}/listen.mp3"
    assert (
        f'src="http://127.0.0.1:8000{sound}"' in shown["html"]
        and f'og:audio" content="http://127.0.0.1:8000{sound}' in page
    )
    assert f'type="audio/mpeg" href="http://127.0.0.1:8000{sound}"' in feed
    card = await visitor.get(shown["thumbnail_url"])
    assert (
        card.headers["content-type"] == "image/jpeg" and card.headers["cross-origin-resource-policy"] == "cross-origin"
    )


async def test_its_files_are_what_they_are_called(alice: Person, visitor: Browser):
    song = await finished(alice.me, audio_duration="5")

    for name, kind in (
        ("original.flac", "audio/flac"), ("listen.opus", "audio/ogg"), ("listen.m4a", "audio/mp4"),
        ("listen.mp3", "audio/mpeg"), ("peaks.json", "application/json"),
    ):  # fmt: skip
        answer = await visitor.get(f"/m/{song.media_key}/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        part = await visitor.get(f"/m/{song.media_key}/{name}", headers={"Range": "bytes=4-11"})
        assert (part.status_code, part.content) == (206, answer.content[4:12])


async def test_a_song_made_private_is_silent_at_its_old_address(alice: Person, visitor: Browser):
    song = await finished(alice.me, audio_duration="5")
    old = f"/m/{song.media_key}/listen.mp3"
    assert (await visitor.get(old)).status_code == 200

    await library.set_visibility([song.id], alice.me, "private")

    nothing = await visitor.get("/m/AAAAAAAAAAAAAAAAAAAAAA/listen.mp3")
    gone = await visitor.get(old)
    assert (
        (gone.status_code, len(gone.content)) == (nothing.status_code, len(nothing.content)) == (404, len(gone.content))
    )


async def test_alice_takes_her_song_along_as_a_master_or_small(alice: Person):
    song = await finished(alice.me, audio_duration="5")

    master = await alice.get(f"/creations/{song.id}/download")
    small = await alice.get(f"/creations/{song.id}/download?form=mp3")

    assert b"fLaC" in master.content[:8192] and ".flac" in master.headers["content-disposition"]
    assert ".mp3" in small.headers["content-disposition"]
    with av.open(io.BytesIO(small.content)) as file:
        assert file.streams.audio[0].codec_context.name.startswith("mp3")


async def test_the_early_piece_is_for_whoever_may_watch(alice: Person, bob: Person, visitor: Browser):
    row = await asked(alice.me)
    mine = await work.claim("worker", [row.model])
    assert mine is not None
    await generation.set_visibility(row.id, alice.me, "private")
    await cache.redis().set(bus.sound_key(row.id), bus.SOUND_HEADER.pack(mine.attempt, 3) + b"mp3")

    assert (await alice.get(f"/g/{row.id}/sound")).content == b"mp3"
    assert f"/g/{row.id}/sound?step=3" in (await alice.get(f"/g/{row.id}")).text
    for stranger in (bob, visitor):
        assert (await stranger.get(f"/g/{row.id}/sound")).status_code == 404


async def test_a_piece_of_an_older_attempt_is_not_heard(alice: Person):
    row = await asked(alice.me)
    assert await work.claim("worker", [row.model])
    await cache.redis().set(bus.sound_key(row.id), bus.SOUND_HEADER.pack(0, 3) + b"old")

    assert (await alice.get(f"/g/{row.id}/sound")).status_code == 404


async def test_the_library_shows_one_kind_or_both(alice: Person):
    song = await finished(alice.me)

    assert [each.id for each in (await library.list_own(alice.me, kind="song")).items] == [song.id]
    assert (await library.list_own(alice.me, kind="image")).items == []
    assert [each["id"] for each in (await showing.explore(kind="song")).items] == [song.id]


async def test_a_program_asks_for_a_song_and_is_told_where_it_can_be_heard(alice: Person):
    wanted = {"kind": "song", "prompt": "a calm sea", "audio_duration": 5, "bpm": 90}

    made = await alice.post("/api/v1/generations", json=wanted, headers=alice.key)

    assert made.status_code == 201
    assert made.json()["params"]["audio_duration"] == 5


async def test_a_program_finds_the_files_of_a_song(alice: Person):
    song = await finished(alice.me, audio_duration="5")

    found = (await alice.get(f"/api/v1/creations/{song.id}", headers=alice.key)).json()

    assert (found["kind"], found["seconds"]) == ("song", 5)
    assert found["media"]["original"].endswith(f"/m/{song.media_key}/original.flac")

"""The form as it is sent, script or none: what a source asks for is there, what a model cannot do is not."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from app import catalog, storage
from app.domain import generation, library, uploads
from app.models import Upload
from tests.people import Person, creation
from tests.routes.scene import uploaded
from tests.routes.test_songs import finished as song_of
from tests.routes.test_songs import song_model

__all__ = ["song_model"]


@pytest.fixture
def every_task(monkeypatch: pytest.MonkeyPatch):
    """The test's own song model with all that a song model may do."""
    [model] = catalog.songs().values()
    able = msgspec.structs.replace(
        model, tasks=("text2music", "cover", "repaint", "extend"), timbre=True, seconds=[20, 5]
    )
    monkeypatch.setattr(catalog, "songs", lambda: {able.id: able})


async def sound_of(owner: Person, seconds: float) -> str:
    now = datetime.now(UTC)
    row = Upload(
        owner=owner.me, kind="sound", state="ready", bytes=9, consent="Mine.", consented_at=now, created_at=now,
        keep_until=now + timedelta(days=1), seconds=seconds,
    )  # fmt: skip
    await storage.put(uploads.key(row), b"123456789")
    await Upload.insert(row)
    return f"upload:{row.id}"


async def test_an_upload_leads_to_the_form_that_starts_from_it(alice: Person):
    ref = f"upload:{await uploaded(alice.me)}"

    assert f'href="/create?image={ref}"' in (await alice.get("/uploads")).text
    page = (await alice.get(f"/create?image={ref}")).text

    assert f'value="{ref}" checked' in page and 'name="strength"' in page
    assert 'value="inpaint"' in page and 'value="edit"' not in page, "the starter follows no instructions"


async def test_a_mask_of_hers_is_as_large_as_its_picture_or_both_sizes_are_said(alice: Person):
    picture, mask, small = [f"upload:{await uploaded(alice.me)}" for _ in range(3)]
    await Upload.update({Upload.width: 8, Upload.height: 6}).where(Upload.id == small.removeprefix("upload:"))
    page = (await alice.get(f"/create?image={picture}&task_type=inpaint")).text
    choices = re.findall('name="mask_image" value="([^"]*)"', page)
    assert mask in choices and small not in choices and picture not in choices

    wanted = {"prompt": "a fox", "image": picture, "task_type": "inpaint", "mask_image": small}
    bad = await alice.post("/create", data=wanted)
    assert bad.status_code == 422 and "8 × 6" in bad.text and ">a fox</textarea>" in bad.text
    assert 'id="mask_image-problem"' in bad.text and await generation.recent_of(alice.me) == []

    assert (await alice.post("/create", data=wanted | {"mask_image": mask})).status_code == 303
    [made] = await generation.recent_of(alice.me)
    assert made.params["mask_image"] == mask  # type: ignore[index]


async def test_a_mask_of_somebody_else_or_gone_is_not_there(alice: Person, bob: Person):
    picture, his = f"upload:{await uploaded(alice.me)}", f"upload:{await uploaded(bob.me)}"

    wanted = {"prompt": "a fox", "image": picture, "task_type": "inpaint", "mask_image": his}
    told = await alice.post("/create", data=wanted)

    assert told.status_code == 422 and ">a fox</textarea>" in told.text and await generation.recent_of(alice.me) == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_part_can_be_said_without_a_brush_and_is_asked_for_so(alice: Person, language: str):
    alice.keep("language", language)
    ref = f"upload:{await uploaded(alice.me)}"
    page = (await alice.get(f"/create?image={ref}&task_type=inpaint")).text
    assert 'name="mask_left"' in page and 'name="mask"' in page

    wanted = {"prompt": "a fox", "image": ref, "task_type": "inpaint", "mask_left": "10", "mask_right": "60"}
    bad = await alice.post("/create", data=wanted | {"mask_right": "5"})
    assert bad.status_code == 422 and 'id="mask_right-problem"' in bad.text and 'value="10"' in bad.text
    good = await alice.post("/create", data=wanted)

    assert good.status_code == 303
    [row] = await generation.recent_of(alice.me)
    again = (await alice.get(f"/create?from={row.id}")).text
    assert f'value="{ref}" checked' in again and 'value="60"' in again


@pytest.mark.usefixtures("every_task")
async def test_a_sound_is_covered_changed_in_part_or_goes_on(alice: Person):
    ref = await sound_of(alice, 8)
    address = f"/create?kind=song&src_audio={ref}"

    cover, part, more = [
        (await alice.get(f"{address}&task_type={task}")).text for task in ("cover", "repaint", "extend")
    ]

    assert 'name="audio_cover_strength"' in cover and 'name="audio_duration"' not in cover
    assert 'name="repainting_start"' in part and 'data-seconds="8.0"' in part and 'id="price"' in part
    assert 'name="audio_duration"' in more and 'name="reference_audio"' in more
    wanted = {"kind": "song", "prompt": "x", "src_audio": ref, "task_type": "repaint"}
    bad = await alice.post("/create", data=wanted | {"repainting_start": "3", "repainting_end": "2"})
    assert bad.status_code == 422 and 'id="repainting_end-problem"' in bad.text
    good = await alice.post(
        "/create", data=wanted | {"repainting_start": "1", "repainting_end": "2,5".replace(",", ".")}
    )
    assert good.status_code == 303
    [row] = await generation.recent_of(alice.me)
    assert row.params["audio_duration"] == 8  # type: ignore[index]
    assert (await alice.post(f"/g/{row.id}/cancel")).status_code == 303
    assert (await alice.post(f"/g/{row.id}/retry")).status_code == 303, "asked again with every parameter"


@pytest.mark.usefixtures("every_task")
async def test_a_sound_longer_than_the_model_makes_is_used_as_far_as_that(alice: Person):
    ref = await sound_of(alice, 200)

    page = (await alice.get(f"/create?kind=song&src_audio={ref}")).text
    await alice.post("/create", data={"kind": "song", "prompt": "x", "src_audio": ref})

    assert "first 20 seconds" in page
    [row] = await generation.recent_of(alice.me)
    assert (row.params["audio_duration"], row.params["task_type"]) == (20, "cover")  # type: ignore[index]


async def test_a_model_that_only_makes_songs_from_words_shows_no_sources(alice: Person):
    assert 'name="src_audio"' not in (await alice.get("/create?kind=song")).text


async def test_whoever_may_use_a_piece_is_led_to_the_form_and_nobody_else(alice: Person, bob: Person):
    piece, song = await creation(alice.me), await song_of(alice.me)
    link = f'href="/create?image=creation:{piece.id}"'
    assert link in (await alice.get(f"/c/{piece.slug}")).text
    assert f"src_audio=creation:{song.id}" in (await alice.get(f"/c/{song.slug}")).text
    assert link not in (await bob.get(f"/c/{piece.slug}")).text

    await alice.post(f"/creations/{piece.id}/details", data={"title": "", "show_prompt": "1", "remix": "1"})
    assert link in (await bob.get(f"/c/{piece.slug}")).text
    page = (await bob.get(f"/create?image=creation:{piece.id}")).text
    assert f'value="creation:{piece.id}" checked' in page

    await library.set_visibility([piece.id], alice.me, "private")
    page = (await bob.get(f"/create?image=creation:{piece.id}")).text
    assert f"creation:{piece.id}" not in page and 'id="image-problem"' in page

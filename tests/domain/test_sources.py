"""Making from something: one's own always, another's only while it is public and its maker lets it."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from app import catalog, image_params, params, song_params
from app.domain import credits, generation, library, sources, uploads, work
from app.errors import Invalid, NotFound
from app.models import Generation, Lineage
from app.params import Problems, Source
from app.workers import gathering
from tests.people import Person, asked, claimed, creation, drawn
from tests.routes.scene import uploaded

PICTURE = Source(ref="upload:1", key="", width=640, height=480)
SMALL = Source(ref="upload:small", key="", width=64, height=48)
OVER = ("text2image", "image2image", "inpaint")
MODEL = catalog.Model(
    id="m", title="M", licence="MIT", commercial=True, sizes=[(128, 128), (160, 96), (96, 160)], steps=8,
    max_steps=20, true_cfg_scale=1.0, tasks=(*OVER, "edit"), references=3,
)  # fmt: skip
SONGS = catalog.SongModel(
    id="s", title="S", licence="MIT", commercial=True, seconds=[10, 20], steps=8, max_steps=20, guidance_scale=1.0,
    tasks=("text2music", "cover", "repaint", "extend"),
)  # fmt: skip
SONG = Source(ref="upload:2", key="", seconds=8.0)


def picture(**asked: Any) -> image_params.ImageParams:
    wanted = {"prompt": "x", "image": "upload:1"} | asked
    return image_params.check(MODEL, wanted, {"upload:1": PICTURE, "upload:small": SMALL})


def song(**asked: Any) -> song_params.SongParams:
    return song_params.check(SONGS, {"prompt": "x", "src_audio": "upload:2"} | asked, {"upload:2": SONG})


def wrong(make: Any, **asked: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        make(**asked)
    return set(refused.value.errors) if isinstance(refused.value, Problems) else {str(refused.value.field)}


def test_without_a_source_nothing_of_sources_is_kept():
    plain = image_params.check(MODEL, {"prompt": "x", "strength": "0.3", "mask": "[[9,1,1]]"})

    assert (plain.task_type, plain.strength, plain.mask) == ("text2image", 1.0, [])


def test_a_source_alone_is_painted_again_in_the_shape_nearest_to_its_own():
    made = picture()

    assert (made.task_type, made.strength, made.image) == ("image2image", 0.65, ["upload:1"])
    assert (made.width, made.height) == (160, 96)


@pytest.mark.parametrize("asked, field", [
    ({"strength": "0"}, "strength"), ({"strength": "1.2"}, "strength"), ({"strength": "nan"}, "strength"),
    ({"task_type": "inpaint"}, "mask"), ({"task_type": "inpaint", "mask": "paint"}, "mask"),
    ({"task_type": "inpaint", "mask": "[[0, 1, 1]]"}, "mask"), ({"task_type": "inpaint", "mask": "[[9, 1]]"}, "mask"),
    ({"task_type": "inpaint", "mask": "[[9, 1, 99999]]"}, "mask"), ({"task_type": "inpaint", "mask": [[]]}, "mask"),
    ({"task_type": "inpaint", "mask": "[[9" + ",1,1" * 10_001 + "]]"}, "mask"),
    ({"task_type": "inpaint", "mask_left": "60", "mask_right": "40"}, "mask_right"),
    ({"task_type": "inpaint", "mask_top": "50", "mask_bottom": "50"}, "mask_bottom"),
    ({"task_type": "inpaint", "mask_left": "-1"}, "mask_left"),
    ({"task_type": "inpaint", "mask_image": "upload:small"}, "mask_image"),
    ({"image": "upload:1 upload:1"}, "image"), ({"task_type": "edit", "image": "a b c d"}, "image"),
    ({"task_type": "extract"}, "task_type"), ({"image": "", "task_type": "inpaint"}, "image"),
])  # fmt: skip
def test_what_makes_no_sense_of_a_picture_is_said_at_its_field(asked: dict[str, Any], field: str):
    assert wrong(picture, **asked) == {field}


def test_a_part_may_be_painted_over_or_said_in_numbers():
    assert picture(task_type="inpaint", mask="[[90,100,200,300,200]]").mask == [[90, 100, 200, 300, 200]]
    said = picture(task_type="inpaint", mask_left="٢٥")
    assert (said.mask_left, said.mask_top, said.mask_right, said.mask_bottom) == (25, 0, 100, 100)


@pytest.mark.parametrize("asked, field", [
    ({"repainting_start": "2", "repainting_end": "30"}, "repainting_end"),
    ({"repainting_start": "-1", "repainting_end": "3"}, "repainting_start"),
    ({"repainting_start": "3", "repainting_end": "3"}, "repainting_end"),
    ({"repainting_start": "5", "repainting_end": "3"}, "repainting_end"),
    ({"repainting_start": "", "repainting_end": "3"}, "repainting_start"),
    ({"repainting_start": "nan", "repainting_end": "3"}, "repainting_start"),
    ({"repainting_start": "a", "repainting_end": "3"}, "repainting_start"),
])  # fmt: skip
def test_a_part_lies_within_its_song_and_has_a_length(asked: dict[str, str], field: str):
    assert wrong(song, task_type="repaint", **asked) == {field}


def test_a_song_from_a_sound_is_as_long_as_it_and_one_that_goes_on_is_longer():
    part = song(task_type="repaint", repainting_start="1٫5", repainting_end="8.04")
    assert (part.audio_duration, part.repainting_start, part.repainting_end) == (8, 1.5, 8)
    more = song(task_type="extend", audio_duration="10")
    assert (more.audio_duration, more.repainting_start, more.repainting_end) == (10, 8, 10)
    assert song().task_type == "cover"
    long = {"upload:2": Source(ref="upload:2", key="", seconds=20)}
    with pytest.raises(Problems):
        song_params.check(SONGS, {"prompt": "x", "src_audio": "upload:2", "task_type": "extend"}, long)


def test_what_is_asked_once_can_be_asked_again_from_what_was_stored():
    for made, model, check in (
        (picture(task_type="inpaint", mask="[[90,1,2]]"), MODEL, image_params.check),
        (song(task_type="repaint", repainting_start="1", repainting_end="2"), SONGS, song_params.check),
    ):
        known: Any = {"upload:1": PICTURE, "upload:2": SONG}
        assert check(model, msgspec.to_builtins(made), known) == made  # type: ignore[operator]


def test_a_name_of_several_sources_is_read_from_a_form_and_from_a_program():
    assert params.refs("upload:1  upload:2") == params.refs(["upload:1", "upload:2"]) == ["upload:1", "upload:2"]
    assert params.refs(None) == params.refs(5) == []


async def from_creation(owner: Person, parent: Any, **more: Any) -> Generation:
    return await asked(owner.me, "a blue fox", image=f"creation:{parent.id}", **more)


async def refused(person: Person, ref: str) -> str:
    """Not found, in one sentence for whatever reason, and no credit has moved."""
    before = await credits.balance(person.me)
    with pytest.raises(NotFound) as error:
        await asked(person.me, image=ref)
    assert error.value.field == "image"
    assert await Generation.count().where(Generation.owner == person.me, Generation.status == "queued") == 0
    assert await credits.balance(person.me) in {before, 500}
    return error.value.sentence


async def test_charlie_cannot_tell_anothers_from_what_never_was(alice: Person, charlie: Person):
    private, public = await creation(alice.me, visibility="private"), await creation(alice.me)
    await library.describe(private.id, alice.me, "", True, remix=True)
    deleted = await creation(alice.me)
    await library.describe(deleted.id, alice.me, "", True, remix=True)
    await library.delete(deleted.id, alice.me)
    hers = await uploaded(alice.me)

    refs = [f"creation:{each}" for each in (private.id, public.id, deleted.id, uuid4(), "x")]
    sentences = {await refused(charlie, ref) for ref in [*refs, f"upload:{hers}", "upload:", "nothing"]}

    assert len(sentences) == 1


async def test_bob_makes_from_what_alice_lets_and_the_line_says_so_until_she_hides_it(alice: Person, bob: Person):
    parent = await creation(alice.me, "a red fox")
    await library.describe(parent.id, alice.me, "Fox", True, remix=True)
    row = await from_creation(bob, parent)
    assert await work.succeed(await claimed(), [await drawn()])
    [child] = await generation.creations_of(row.id)

    page = (await bob.get(f"/c/{child.slug}")).text
    assert f'href="/c/{parent.slug}"' in page and "Fox" in page

    await library.set_visibility([parent.id], alice.me, "private")
    for person in (bob, alice):
        page = (await person.get(f"/c/{child.slug}")).text
        assert (parent.slug in page) == (person is alice)
    assert "not, or no longer, public" in (await bob.get(f"/c/{child.slug}")).text
    assert "Fox" not in (await bob.get(f"/c/{child.slug}")).text

    await library.set_visibility([parent.id], alice.me, "public")
    await library.delete(parent.id, alice.me)
    assert await sources.parents_of(child.id, bob.me) == [None]
    await type(parent).delete().where(type(parent).id == parent.id)
    assert await sources.parents_of(child.id, bob.me) == [None], "the child stays, and says that it came from something"


async def test_erasing_a_child_takes_its_line_along(alice: Person):
    parent = await creation(alice.me)
    row = await from_creation(alice, parent)
    assert await work.succeed(await claimed(), [await drawn()])
    [child] = await generation.creations_of(row.id)
    assert await Lineage.count() == 1

    await type(child).delete().where(type(child).id == child.id)

    assert await Lineage.count() == 0


async def test_a_source_that_goes_while_it_waits_is_not_used(alice: Person, bob: Person):
    parent, upload = await creation(alice.me), await uploaded(bob.me)
    await library.describe(parent.id, alice.me, "", True, remix=True)
    await from_creation(bob, parent)
    first = await claimed()
    await asked(bob.me, image=f"upload:{upload}")
    second = await claimed()

    await library.describe(parent.id, alice.me, "", True, remix=False)
    await uploads.delete(upload, bob.me)

    for mine in (first, second):
        with pytest.raises(NotFound):
            await gathering.gather(mine)


async def test_the_form_says_what_is_gone_and_keeps_what_was_written(alice: Person):
    gone = await alice.get(f"/create?image=upload:{uuid4()}&prompt=my+only+words")
    assert gone.status_code == 200 and "my only words" in gone.text and 'id="image-problem"' in gone.text

    sent = await alice.post("/create", data={"prompt": "my only words", "image": f"upload:{uuid4()}"})

    assert sent.status_code == 422 and "my only words" in sent.text and 'id="image-problem"' in sent.text
    assert await generation.recent_of(alice.me) == []


async def test_a_program_makes_from_an_upload_and_lets_others_make_from_what_it_made(alice: Person):
    upload = await uploaded(alice.me)
    body = {"prompt": "a fox", "task_type": "inpaint", "image": [f"upload:{upload}"], "mask": [[90, 10, 10, 500, 500]]}

    made = await alice.post("/api/v1/generations", json=body, headers=alice.key)

    assert made.status_code == 201, made.text
    assert made.json()["params"]["mask"] == body["mask"]
    nothing = await alice.post("/api/v1/generations", json=body | {"image": [f"upload:{uuid4()}"]}, headers=alice.key)
    assert nothing.status_code == 404
    await generation.cancel(UUID(made.json()["id"]), alice.me)
    piece = await creation(alice.me)
    changed = await alice.patch(f"/api/v1/creations/{piece.id}", json={"remix": True}, headers=alice.key)
    assert changed.json()["remix"] is True

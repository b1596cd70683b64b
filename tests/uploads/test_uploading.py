"""Bringing something along: Alice does, Bob may too, and Charlie must not be able to tell that it exists."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import httpx
import pytest
from PIL import Image

from app import settings, storage
from app.domain import room, uploads
from app.errors import NotFound
from app.models import Upload
from tests.people import FROM_HTMX, Browser, Person
from tests.routes.reading import read
from tests.uploads import files
from tests.uploads.bringing import AGREED, PNG, bring, nothing_is_left, pieces, uploaded


async def test_without_a_script_a_form_brings_it_and_the_page_shows_it(alice: Person):
    answer = await alice.post("/uploads", files={"file": ("me.png", files.picture())}, data=AGREED | {"days": "7"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/uploads")

    page = await alice.get("/uploads")

    [upload] = await uploads.list_own(alice.me)
    assert f"/uploads/{upload.id}/thumb" in page.text and "64 × 48" in page.text
    assert upload.keep_until - upload.created_at < timedelta(days=7, minutes=1)
    assert "everybody whose face or voice is in it agrees" in upload.consent and upload.consented_at
    forms = read(page).all("form")
    assert {"enctype": "multipart/form-data"}.items() <= forms[0].items()


async def test_over_htmx_the_list_comes_back(alice: Person):
    answer = await alice.post("/uploads", files={"file": ("a", files.sound(1))}, data=AGREED, headers=FROM_HTMX)

    assert answer.status_code == 200 and answer.text.lstrip().startswith("<section") and "<audio" in answer.text


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("headers", [{}, FROM_HTMX], ids=["page", "htmx"])
async def test_what_is_wrong_is_said_beside_the_field(alice: Person, language: str, headers: dict[str, str]):
    await alice.post("/preferences", data={"language": language})

    answer = await alice.post("/uploads", files={"file": ("a.svg", b"<svg/>" * 9)}, data=AGREED, headers=headers)

    [sentence] = read(answer).problems
    assert answer.status_code == 415 and any("\u0600" < letter < "\u06ff" for letter in sentence) == (language == "ar")
    await nothing_is_left()


async def test_a_program_sends_the_bare_bytes(alice: Person, visitor: Browser):
    data = files.picture()
    headers = alice.key | PNG

    answer = await visitor.post(
        "/api/v1/uploads?agreed=yes&days=1", content=pieces(data[:99], data[99:]), headers=headers
    )

    assert answer.status_code == 201 and answer.json()["width"] == 64
    one = f"/api/v1/uploads/{answer.json()['id']}"
    assert (await visitor.get(one, headers=alice.key)).json() == answer.json()
    assert (await visitor.get("/api/v1/uploads", headers=alice.key)).json()["items"] == [answer.json()]
    assert (await visitor.delete(one, headers=alice.key)).status_code == 204
    assert (await visitor.get(one, headers=alice.key)).status_code == 404
    assert await storage.keys("uploads") == []


async def test_whoever_is_not_signed_in_is_asked_to(visitor: Browser):
    assert (await visitor.post("/uploads", content=files.picture(), headers=PNG)).status_code == 303
    assert (await visitor.post("/api/v1/uploads", content=files.picture(), headers=PNG)).status_code == 401
    await nothing_is_left()


@pytest.mark.parametrize("said", [{}, {"agreed": "no"}, {"agreed": ""}])
async def test_without_the_right_to_use_it_nothing_is_kept(alice: Person, said: dict[str, str]):
    answer = await alice.post("/api/v1/uploads", files={"file": ("a", files.picture())}, data=said)

    assert answer.status_code == 422 and answer.json()["errors"].keys() == {"agreed"}
    await nothing_is_left()


@pytest.mark.parametrize("days", ["0", "31", "-1", "1.5", "soon", "٣", "9" * 30])
async def test_a_time_that_is_none_is_refused(alice: Person, days: str):
    answer = await bring(alice, files.picture(), days=days)

    assert answer.status_code == 422 and answer.json()["errors"].keys() == {"days"}
    await nothing_is_left()


async def test_the_same_twice_is_two(alice: Person):
    assert await uploaded(alice) != await uploaded(alice)
    assert len(await uploads.list_own(alice.me)) == 2


@pytest.mark.policy("P06")
async def test_charlie_cannot_tell_that_it_exists(alice: Person, charlie: Person, visitor: Browser):
    there, never = await uploaded(alice), "01890000-0000-7000-8000-000000000000"
    gone = await uploaded(alice)
    await alice.post(f"/uploads/{gone}/delete")
    ways: list[tuple[str, str, dict[str, object]]] = [
        ("GET", "/uploads/{}/file", {}), ("GET", "/uploads/{}/thumb", {}), ("HEAD", "/uploads/{}/file", {}),
        ("POST", "/uploads/{}/delete", {}), ("POST", "/uploads/{}/keep", {"data": {"days": "1"}}),
        ("GET", "/api/v1/uploads/{}", {}), ("DELETE", "/api/v1/uploads/{}", {}),
        ("PATCH", "/api/v1/uploads/{}", {"json": {"days": 1}}),
    ]  # fmt: skip

    for person in (charlie, visitor):
        for method, path, more in ways:
            answers = [await person.request(method, path.format(each), **more) for each in (there, gone, never)]
            assert len({(answer.status_code, answer.text.replace(each, "id"))
                        for answer, each in zip(answers, (there, gone, never), strict=True)}) == 1, path  # fmt: skip
            assert answers[0].status_code == (404 if person is charlie else 401 if "api" in path else 303), path
    assert there not in (await charlie.get("/uploads")).text
    assert (await charlie.get("/api/v1/uploads")).json() == {"items": []}
    assert (await alice.get(f"/uploads/{there}/file")).status_code == 200


async def test_parts_of_a_sound_can_be_asked_for(alice: Person):
    path = f"/uploads/{await uploaded(alice, files.sound(1))}/file"
    whole = (await alice.get(path)).content

    part = await alice.get(path, headers={"Range": "bytes=4-9"})

    assert (part.status_code, part.content, part.headers["content-type"]) == (206, whole[4:10], "audio/flac")
    assert part.headers["cache-control"] == "private, no-store"
    assert (await alice.get(path, headers={"Range": "bytes=99999999-"})).status_code == 416


async def test_its_time_can_be_shortened_and_never_lengthened(alice: Person):
    upload_id = await uploaded(alice)
    await alice.post(f"/uploads/{upload_id}/keep", data={"days": "1"})
    shorter = (await alice.get(f"/api/v1/uploads/{upload_id}")).json()["keep_until"]

    longer = await alice.patch(f"/api/v1/uploads/{upload_id}", json={"days": 30})

    assert longer.json()["keep_until"] == shorter
    assert datetime.fromisoformat(shorter) < datetime.now(UTC) + timedelta(days=1, minutes=1)


@pytest.mark.policy("P06")
async def test_what_is_over_is_gone_at_once_and_erased_by_the_sweep(alice: Person):
    upload_id, stays = await uploaded(alice), await uploaded(alice)
    over = datetime.now(UTC) - timedelta(seconds=1)
    await Upload.update({Upload.keep_until: over}).where(Upload.id == upload_id)

    assert (await alice.get(f"/uploads/{upload_id}/file")).status_code == 404
    assert await uploads.sweep() == 1

    assert [str(row["id"]) for row in await Upload.select(Upload.id)] == [stays]
    assert {key.split("/")[1] for key in await storage.keys("uploads")} == {stays}
    assert await uploads.sweep() == 0


async def test_what_a_dead_process_left_behind_is_swept(alice: Person):
    left = await room.reserve(alice.me, 1000)
    await storage.put(f"{uploads.folder(left)}/source.png", b"x")
    await Upload.update({Upload.created_at: datetime.now(UTC) - timedelta(hours=2)}).where(Upload.id == left)

    assert await uploads.sweep() == 1

    await nothing_is_left()


async def test_bytes_without_a_row_are_erased_when_they_are_old(alice: Person):
    kept = await uploaded(alice)
    forgotten = "uploads/01890000-0000-7000-8000-000000000000/source.png"
    await storage.put(forgotten, b"x")
    assert await uploads.erase_orphans() == 0, "it may still get its row"
    path = settings.get().data_dir / "media" / forgotten
    os.utime(path, (0, 0))

    assert await uploads.erase_orphans() == 1

    assert {key.split("/")[1] for key in await storage.keys("uploads")} == {kept}


async def test_what_a_killed_process_was_writing_is_erased_when_it_is_old(alice: Person):
    kept = await uploaded(alice)
    half = settings.get().data_dir / "media" / uploads.folder(UUID(kept)) / "source.png#1"
    half.write_bytes(b"half of it")
    assert await uploads.erase_orphans() == 0, "it may still be written"
    os.utime(half, (0, 0))

    assert await uploads.erase_orphans() == 1

    assert not half.exists() and len(await storage.keys("uploads")) == 2


async def test_a_source_is_found_by_its_kind_and_for_its_owner_only(alice: Person, bob: Person):
    answer = await bring(alice, files.sound(1))
    [source] = await uploads.list_own(alice.me, "sound")

    assert str(source.id) == answer.json()["id"] and await uploads.list_own(alice.me, "image") == []
    assert (await storage.get(uploads.key(source))).startswith(b"fLaC")
    for owner, kind in ((alice.me, "image"), (bob.me, "sound")):
        with pytest.raises(NotFound):
            await uploads.get_own(source.id, owner, kind)


async def test_a_thumbnail_is_small(alice: Person):
    upload_id = await uploaded(alice, files.picture((2000, 1000)))

    answer = await alice.get(f"/uploads/{upload_id}/thumb")

    with Image.open(BytesIO(answer.content)) as small:
        assert (small.format, small.size) == ("WEBP", (320, 160))
    assert isinstance(answer, httpx.Response) and answer.headers["content-type"] == "image/webp"

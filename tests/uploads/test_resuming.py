"""An upload cut in the middle goes on; doubled, foreign, too long or hostile it leaves nothing behind."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.domain import resuming, uploads
from app.models import LedgerEntry, Upload
from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import nothing_is_left, set_to

BYTES = {"Content-Type": "application/octet-stream"}


async def begun(person: Person, size: int, **more: object) -> str:
    answer = await person.post("/api/v1/uploads/begin", json={"size": size, "agreed": True} | more)
    assert answer.status_code == 201 and answer.json()["came"] == 0, answer.text
    return str(answer.json()["id"])


async def send(person: Person, upload_id: str, at: int, data: bytes, **headers: str):
    path = f"/api/v1/uploads/{upload_id}/bytes?at={at}"
    return await person.patch(path, content=data, headers=BYTES | headers, timeout=60)


async def test_what_broke_off_goes_on_where_it_was(alice: Person):
    data = files.noise(120)
    upload_id = await begun(alice, len(data), days=3)
    first = await send(alice, upload_id, 0, data[:7])
    cut = await send(alice, upload_id, 7, data[7:5000], **{"Content-Length": "9000"})
    came = (await alice.get(f"/api/v1/uploads/{upload_id}/bytes")).json()["came"]

    last = await send(alice, upload_id, came, data[came:])

    assert first.json() == {"id": upload_id, "size": len(data), "came": 7}
    assert cut.status_code == 400 and came == 5000
    assert (last.status_code, last.json()["id"], last.json()["width"]) == (200, upload_id, 120)
    [upload] = await uploads.list_own(alice.me)
    assert upload.consent and upload.keep_until < datetime.now(UTC) + timedelta(days=3, minutes=1)
    assert list(resuming._path(uuid4()).parent.glob("*")) == []


async def test_the_same_bytes_twice_are_told_where_to_go_on(alice: Person):
    data = files.picture()
    upload_id = await begun(alice, len(data))
    await send(alice, upload_id, 0, data[:50])

    again = await send(alice, upload_id, 0, data[:50])
    with resuming.opened(await resuming.find(UUID(upload_id), alice.me), 50):
        both = await send(alice, upload_id, 50, data[50:])

    assert again.status_code == 409 and "50" in again.json()["detail"]
    assert both.status_code == 409 and (await send(alice, upload_id, 50, data[50:])).status_code == 200


async def test_announced_twice_under_one_key_it_is_one(alice: Person):
    asked, key = {"size": 100, "agreed": True}, {"Idempotency-Key": "one"}

    first, again, other = [
        await alice.post("/api/v1/uploads/begin", json=each, headers=key | alice.key)
        for each in (asked, asked, asked | {"size": 99})
    ]

    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422 and await Upload.count() == 1


async def test_charlie_cannot_tell_that_it_comes_in(alice: Person, charlie: Person):
    there, never = await begun(alice, 100), str(uuid4())

    for each in (there, never):
        assert (await send(charlie, each, 0, b"x")).status_code == 404
        assert (await charlie.get(f"/api/v1/uploads/{each}/bytes")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"size": 0}, 422),
        ({"size": 10**12}, 413),
        ({"agreed": False}, 422),
        ({"days": 99}, 422),
        ({"days": 0}, 422),
        ({"dasy": 3}, 400),
        ({"size": "x"}, 400),
    ],
)
async def test_what_cannot_be_kept_is_refused_before_it_comes(alice: Person, asked: dict[str, object], status: int):
    answer = await alice.post("/api/v1/uploads/begin", json={"size": 100, "agreed": True} | asked)

    assert answer.status_code == status
    await nothing_is_left()


async def test_a_full_quota_says_so_at_once(alice: Person):
    with set_to(upload_quota_mb=0.001):
        answer = await alice.post("/api/v1/uploads/begin", json={"size": 2000, "agreed": True})

    assert answer.status_code == 409
    await nothing_is_left()


@pytest.mark.parametrize("data", [b"%PDF-1.7 a paper of some kind", files.SIGNATURE + bytes(92), bytes(101)])
async def test_what_is_no_picture_or_longer_than_announced_leaves_nothing(alice: Person, data: bytes):
    upload_id = await begun(alice, min(len(data), 100))
    movements = await LedgerEntry.count()

    assert (await send(alice, upload_id, 0, data)).status_code in {413, 415, 422}

    await nothing_is_left()
    assert await LedgerEntry.count() == movements


async def test_what_is_never_ended_is_swept(alice: Person):
    await send(alice, await begun(alice, 100), 0, files.SIGNATURE)
    with set_to(upload_wait_seconds=0.001):
        resuming.sweep(datetime.now(UTC) - timedelta(hours=1))
        assert list(resuming._path(uuid4()).parent.glob("*")) != []
        resuming.sweep(datetime.now(UTC) + timedelta(seconds=1))

    assert list(resuming._path(uuid4()).parent.glob("*")) == []

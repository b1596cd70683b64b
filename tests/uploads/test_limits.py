"""Too much, too slow, cut, broken or without room: a sentence, the right status, and nothing left anywhere."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator

import pytest

from app import settings, storage
from app.domain import receiving, room, uploads
from app.models import LedgerEntry, Upload
from tests.patience import eventually
from tests.people import Person
from tests.storage.s3 import storage_at
from tests.uploads import files
from tests.uploads.bringing import AGREED, PNG, bring, nothing_is_left, pieces, rows, set_to, uploaded


async def test_a_file_larger_than_allowed_is_refused_while_it_comes(alice: Person):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield files.SIGNATURE + bytes(100)
        for _ in range(100):
            sent += 1
            yield os.urandom(100_000)

    with set_to(upload_picture_mb=1):
        answer = await alice.post("/api/v1/uploads?agreed=yes", content=endless(), headers=PNG)

    assert answer.status_code == 413 and "1 MB" in answer.json()["detail"] and sent < 15
    await nothing_is_left()


async def test_one_that_announces_too_much_is_refused_before_it_comes(alice: Person):
    headers = PNG | {"Content-Length": "200000000"}
    sent = 0

    async def never() -> AsyncIterator[bytes]:
        nonlocal sent
        sent += 1
        yield b"x"

    answer = await alice.post("/api/v1/uploads?agreed=yes", content=never(), headers=headers)

    assert (answer.status_code, sent) == (413, 0)


@pytest.mark.parametrize("announced", [5000, 100], ids=["cut in the middle", "more than announced"])
async def test_U17_a_wrong_length_leaves_nothing(alice: Person, announced: int):
    headers = PNG | {"Content-Length": str(announced)}

    answer = await alice.post("/api/v1/uploads?agreed=yes", content=pieces(files.picture()), headers=headers)

    assert answer.status_code == 400 and "broke off" in answer.json()["detail"]
    await nothing_is_left()


async def test_U17_slower_than_the_limit(alice: Person):
    slow = pieces(files.picture()[:200], *[b"x"] * 100, pause=0.05)

    with set_to(upload_wait_seconds=0.3):
        answer = await alice.post("/api/v1/uploads?agreed=yes", content=slow, headers=PNG)

    assert answer.status_code == 408 and "too long" in answer.json()["detail"]
    await nothing_is_left()


FORM = "multipart/form-data; boundary=b"


PART = b'--b\r\nContent-Disposition: form-data; name="x%d"\r\n\r\ny\r\n'


HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


BROKEN = [
    ("ten thousand parts", FORM, b"".join(PART % n for n in range(10_000)) + b"--b--\r\n", {400}),
    ("no boundary", "multipart/form-data", HEAD + b"x\r\n--b--\r\n", {400}),
    ("another boundary", "multipart/form-data; boundary=c", HEAD + b"x\r\n--b--\r\n", {400}),
    ("no end", FORM, HEAD + b"x" * 3, {400}),
    ("cut in the file", FORM, HEAD + files.picture()[:100], {400}),
    ("a head without end", FORM, b"--b\r\n" + b"x" * 100_000, {400}),
    ("words without end", FORM, b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"x" * 99_999, {400}),
    ("nothing", FORM, b"", {400}),
    ("no file", FORM, PART % 1 + b"--b--\r\n", {422}),
    ("garbage", FORM, os.urandom(5000), {400}),
    ("json", "application/json", b"{}", {415}),
    ("words", "text/plain", b"hello", {415}),
    ("a form of words", "application/x-www-form-urlencoded", b"agreed=yes&file=x", {415}),
]


@pytest.mark.parametrize(("kind", "body", "statuses"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
async def test_U17_a_body_that_is_no_form(alice: Person, kind: str, body: bytes, statuses: set[int]):
    answer = await alice.post("/api/v1/uploads", content=body, headers={"Content-Type": kind})

    assert answer.status_code in statuses and len(answer.json()["detail"]) > 15, answer.text
    await nothing_is_left()


async def test_U17_so_many_at_once_and_no_more(alice: Person, bob: Person):
    with set_to(uploads_at_once=2):
        going = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield files.picture()[:50]
            await going.wait()
            yield files.picture()[50:]

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            first = [group.create_task(alice.post("/api/v1/uploads?agreed=yes", content=slowly(), headers=PNG))
                     for _ in range(2)]  # fmt: skip
            await eventually(lambda: rows(2))
            third = await bring(alice, files.picture())
            his = await bring(bob, files.picture())
            going.set()

    assert (third.status_code, his.status_code) == (429, 201)
    assert [each.result().status_code for each in first] == [201, 201]
    assert await Upload.count() == 3


async def test_U22_twenty_at_once_into_the_last_room_do_not_overshoot(alice: Person):
    with set_to(upload_quota_mb=10, uploads_at_once=100):
        await room.reserve(alice.me, 9_999_000)  # 99.99 %
        data = files.noise(16)
        assert 300 < len(data) < 1000

        answers = await asyncio.gather(*(
            alice.post("/api/v1/uploads?agreed=yes", content=data, headers=PNG | {"Content-Length": str(len(data))})
            for _ in range(20)
        ))  # fmt: skip

        statuses = [answer.status_code for answer in answers]
        assert statuses.count(409) + statuses.count(201) == 20 and statuses.count(409) >= 17
        assert await uploads.used(alice.me) <= 10_000_000
        ids = {str(row["id"]) for row in await Upload.select(Upload.id).where(Upload.state == "ready")}
        assert {key.split("/")[1] for key in await storage.keys("uploads")} == ids


async def test_U22_what_is_stored_counts_and_not_what_came(alice: Person):
    data = files.noise(300, "JPEG", quality=30)

    with set_to(upload_quota_mb=0.1):
        answer = await alice.post("/api/v1/uploads?agreed=yes", content=data, headers=PNG)

    assert len(data) < 90_000 and answer.status_code == 409, answer.text
    await nothing_is_left()


async def test_a_full_quota_is_a_sentence_and_deleting_makes_room(alice: Person):
    data = files.noise(90)
    with set_to(upload_quota_mb=len(data) * 1.8 / 1e6):
        first = await uploaded(alice, data)
        full = await bring(alice, data)
        await alice.post(f"/uploads/{first}/delete")
        again = await bring(alice, data)

    assert (full.status_code, again.status_code) == (409, 201) and "do" in full.json()["detail"]


async def test_nothing_of_all_this_costs_credits(alice: Person):
    await uploaded(alice)
    await bring(alice, b"nonsense" * 9)

    assert await LedgerEntry.count() == 0


async def test_a_storage_that_takes_nothing_costs_a_sentence(alice: Person):
    with storage_at(f"s3://nowhere?endpoint=http://127.0.0.1:{free_port()}"):
        answer = await alice.post("/api/v1/uploads", files={"file": ("a", files.picture())}, data=AGREED, timeout=120)

    assert answer.status_code == 503 and "no room" in answer.json()["detail"], answer.text
    assert await Upload.count() == 0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_full_disk_costs_a_sentence(alice: Person):
    """/dev/full is a disk without room; the folder for what comes in is a file here."""
    folder = settings.get().data_dir / "incoming"
    folder.rmdir() if folder.exists() else None
    folder.symlink_to("/dev/full")
    try:
        answer = await bring(alice, files.picture())
    finally:
        folder.unlink()

    assert answer.status_code == 503 and answer.headers["retry-after"]
    await nothing_is_left()


async def test_everywhere_else_two_megabytes_are_still_too_many(alice: Person):
    assert (await alice.post("/create", files={"file": ("a", bytes(3_000_000))})).status_code == 413
    assert receiving.most_body() > 100_000_000

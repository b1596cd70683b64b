"""Bytes by key: the same promises in a folder and in S3."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import storage
from app.domain import library
from app.errors import NotFound
from tests.people import Browser, Person, creation
from tests.storage.s3 import BUCKET, s3, storage_at


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3() as endpoint:
        yield endpoint


@pytest.fixture(params=["folder", "s3", "s3 under a prefix"])
def place(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Iterator[str]:
    name = os.urandom(4).hex()
    inside = f"{name}/deeper" if request.param.endswith("prefix") else name
    url = f"file://{tmp_path}/media" if request.param == "folder" else f"s3://{BUCKET}/{inside}?endpoint={bucket}"
    with storage_at(url):
        yield url


async def test_what_is_put_is_got(place: str):
    await storage.put("creations/a/full.webp", b"a picture")

    assert await storage.get("creations/a/full.webp") == b"a picture"
    assert await storage.size("creations/a/full.webp") == 9


async def test_put_again_it_is_the_new_one(place: str):
    await storage.put("a/x", b"old and long")
    await storage.put("a/x", b"new")

    assert await storage.get("a/x") == b"new"


@pytest.mark.parametrize("key", ["a/nothing", "nothing", "ä/ö"])
async def test_what_is_not_there_is_not_found(place: str, key: str):
    await storage.put("a/x", b"x")

    with pytest.raises(NotFound):
        await storage.get(key)
    with pytest.raises(NotFound):
        await storage.size(key)


@pytest.mark.parametrize(("start", "end"), [(0, 10), (3, 7), (9, 10), (0, 1), (5, 5)])
async def test_a_part_is_exactly_that_part(place: str, start: int, end: int):
    await storage.put("a/x", b"0123456789")

    assert b"".join([piece async for piece in storage.stream("a/x", start, end)]) == b"0123456789"[start:end]


async def test_something_large_comes_in_pieces(place: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "CHUNK", 1000)
    data = os.urandom(10_500)
    await storage.put("a/large", data)

    pieces = [piece async for piece in storage.stream("a/large", 0, len(data))]

    assert b"".join(pieces) == data and len(pieces) == 11


@pytest.mark.parametrize("size", [0, 10, 5_242_880, 11_000_000])
async def test_a_file_of_any_size_is_taken_whole(place: str, size: int):
    data = os.urandom(size)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        await storage.put_file("a/file", file)

    assert await storage.get("a/file") == data
    await storage.delete_all("a")


async def test_a_folder_is_listed_and_emptied_and_its_neighbours_stay(place: str):
    for key in ("a/1", "a/2", "a/deep/3", "ab/4", "b/5"):
        await storage.put(key, key.encode())
    assert sorted(await storage.keys("a")) == ["a/1", "a/2", "a/deep/3"]

    await storage.delete_all("a")
    await storage.delete_all("a")

    assert await storage.keys("a") == []
    assert [await storage.get(key) for key in ("ab/4", "b/5")] == [b"ab/4", b"b/5"]


async def test_many_at_once(place: str):
    await asyncio.gather(*(storage.put(f"many/{number}", str(number).encode()) for number in range(30)))

    got = await asyncio.gather(*(storage.get(f"many/{number}") for number in range(30)))

    assert got == [str(number).encode() for number in range(30)]


async def test_a_picture_lives_its_whole_life_in_any_place(place: str, alice: Person, visitor: Browser):
    made = await creation(alice.me)
    path = f"/m/{made.media_key}/original.png"

    whole, part = await visitor.get(path), await visitor.get(path, headers={"Range": "bytes=4-9"})
    taken_home = await alice.get(f"/creations/{made.id}/download")

    assert whole.content == taken_home.content == await storage.get(f"{library.folder(made.id)}/original.png")
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    assert len(await storage.keys(library.folder(made.id))) == 4
    await alice.post(f"/creations/{made.id}/visibility", data={"visibility": "private"})
    assert (await visitor.get(path)).status_code == 404


def test_an_address_of_another_kind_stops_with_a_sentence():
    with storage_at("ftp://somewhere/else"), pytest.raises(SystemExit, match="STORAGE_URL"):
        storage.store()

"""Bringing a file in, by a form as a browser sends it, and looking at what is left."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import httpx

from app import settings, storage
from app.models import Upload
from tests.people import Person
from tests.uploads.files import picture

AGREED = {"agreed": "yes"}
PNG = {"Content-Type": "image/png"}


async def pieces(*parts: bytes, pause: float = 0.0) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await anyio.sleep(pause)


async def rows(count: int) -> bool:
    return await Upload.count() == count


async def bring(person: Person, data: bytes, name: str = "a.bin", **fields: str) -> httpx.Response:
    """To the door of programs, which answers in JSON."""
    files = {"file": (name, data, "application/octet-stream")}
    return await person.post("/api/v1/uploads", files=files, data=AGREED | fields, timeout=60)


async def uploaded(person: Person, data: bytes = b"") -> str:
    """Its id."""
    answer = await bring(person, data or picture())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def brought(person: Person, data: bytes) -> bytes:
    """What is stored of it."""
    answer = await bring(person, data)
    assert answer.status_code == 201, answer.text
    file = await person.get(f"/uploads/{answer.json()['id']}/file")
    assert file.status_code == 200
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["x-content-type-options"] == "nosniff"
    return file.content


async def refused(person: Person, data: bytes, status: int, *words: str) -> None:
    """The right status, a sentence, and nothing left anywhere."""
    answer = await bring(person, data)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["status"] == status and len(problem["detail"]) > 15, problem
    assert all(word in problem["detail"] for word in words), problem
    await nothing_is_left()


async def nothing_is_left() -> None:
    assert await Upload.count() == 0
    assert await storage.keys("uploads") == []
    assert list((settings.get().data_dir / "incoming").glob("*")) == []


@contextmanager
def set_to(**values: object) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {name.upper(): str(value) for name, value in values.items()}
    settings.get.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.get.cache_clear()

"""Bytes in and out by key, in a folder or in S3, through obstore."""

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from app import settings
from app.errors import NoRoom, NotFound

logger = logging.getLogger(__name__)

# What it looks like when a disk is full or a bucket is away.
UNREACHABLE = (BaseError, OSError)
CHUNK = 1024 * 1024
PART = 5 * CHUNK  # S3 takes no smaller ones


@cache
def store() -> Any:
    """STORAGE_URL decides."""
    chosen = settings.get()
    return at(chosen.storage_url or f"file://{(chosen.data_dir / 'media').resolve()}", "STORAGE_URL")


def at(address: str, setting: str) -> Any:
    """file:///folder, or s3://bucket/prefix?endpoint=http://host:port&region=name."""
    url = urlsplit(address)
    if url.scheme == "file":
        Path(url.path).mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(url.path)
    if url.scheme == "s3":
        options = {name: values[0] for name, values in parse_qs(url.query).items()}
        return S3Store(
            url.netloc,
            prefix=url.path.strip("/") or None,
            endpoint=options.get("endpoint"),
            region=options.get("region", "us-east-1"),
            virtual_hosted_style_request=False,
            client_options={"allow_http": options.get("endpoint", "").startswith("http://")},
        )
    raise SystemExit(f"A setting is wrong: {setting} begins with neither file:// nor s3:// but {url.scheme!r}.")


async def put(key: str, data: bytes) -> None:
    await obstore.put_async(store(), key, data)


async def put_file(key: str, file: IO[bytes]) -> None:
    """A file of any size, one part of it in memory at a time: obstore, given the file itself, takes many."""
    file.seek(0)
    try:
        await obstore.put_async(store(), key, _read(file), chunk_size=PART, max_concurrency=1)
    except UNREACHABLE as error:
        logger.error("the storage did not take %s: %s", key, type(error).__name__)
        raise NoRoom from None


async def put_stream(key: str, pieces: AsyncIterator[bytes]) -> None:
    """What comes piece by piece and of unknown size: neither memory nor a disk here has to hold it."""
    await obstore.put_async(store(), key, pieces, chunk_size=PART, max_concurrency=1)


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := file.read(CHUNK // 4):
        yield piece


async def get(key: str) -> bytes:
    try:
        return bytes(await (await obstore.get_async(store(), key)).bytes_async())
    except (NotFoundError, FileNotFoundError):
        raise NotFound from None


async def size(key: str) -> int:
    try:
        return int((await obstore.head_async(store(), key))["size"])
    except (NotFoundError, FileNotFoundError):
        raise NotFound from None


async def stream(key: str, start: int, end: int) -> AsyncIterator[bytes]:
    """Bytes start to end, the end not included, in pieces."""
    for at in range(start, end, CHUNK):
        yield bytes(await obstore.get_range_async(store(), key, start=at, end=min(at + CHUNK, end)))


async def pages(prefix: str) -> AsyncIterator[list[tuple[str, datetime]]]:
    """Keys under a prefix with the moment each was written, some hundreds at a time."""
    async for page in obstore.list(store(), prefix=prefix):
        yield [(meta["path"], meta["last_modified"]) for meta in page]


async def keys(prefix: str) -> list[str]:
    return [key async for page in pages(prefix) for key, _ in page]


async def delete(some: list[str]) -> None:
    """By their keys. Gone already is fine."""
    with suppress(NotFoundError, FileNotFoundError):
        await obstore.delete_async(store(), some)


async def delete_all(prefix: str) -> None:
    """Everything under a prefix. Gone already is fine."""
    if found := await keys(prefix):
        await obstore.delete_async(store(), found)


def clear_unfinished(prefix: str, before: datetime) -> int:
    """Files that a killed process was writing. A folder keeps them beside the finished ones, where no list names them;
    a bucket keeps them until its own rule for incomplete uploads ends them."""
    place, cleared = store(), 0
    if isinstance(place, LocalStore) and place.prefix:
        for half in Path(place.prefix, prefix).glob("*/*#*"):
            if half.stat().st_mtime < before.timestamp():
                half.unlink(missing_ok=True)
                cleared += 1
    return cleared

"""An upload in several goes: what broke off goes on where it was. What came in waits in a file until all of it is here.

The file is named by the row and by nothing that anybody sent. Whatever else goes wrong ends both.
"""

import asyncio
import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from app import settings
from app.decoding.signatures import ENOUGH, kind_of
from app.domain import receiving, room, uploads
from app.domain.receiving import Place
from app.errors import N_, Conflict, Invalid, NotFound, TooLarge
from app.models import Upload, UploadState

PIECE = 1024 * 1024


async def begin(owner_id: UUID, size: int, consent: str, days: int | None) -> Upload:
    """Everything that can be refused is, before the first byte; and there is room for all of them."""
    until = uploads.keep_until(days)
    if not consent:
        raise Invalid(N_("Please confirm that you may use it."), field="agreed")
    if size < 1:
        raise Invalid(N_("Choose a file first."), field="file")
    upload_id = await room.reserve(owner_id, receiving.expected(size))
    await Upload.update({Upload.consent: consent, Upload.keep_until: until}).where(Upload.id == upload_id)
    _path(upload_id).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _path(upload_id).touch(mode=0o600)
    return await find(upload_id, owner_id)


async def find(upload_id: UUID, owner_id: UUID) -> Upload:
    """One of one's own that is coming in."""
    upload = await Upload.objects().get(
        (Upload.id == upload_id) & (Upload.owner == owner_id) & Upload.deleted_at.is_null()
        & (Upload.state == UploadState.RECEIVING.value)
    )  # fmt: skip
    if upload is None or not _path(upload_id).exists():
        raise NotFound
    return upload


def came(upload: Upload) -> int:
    return _path(upload.id).stat().st_size


@contextmanager
def opened(upload: Upload, at: int) -> Iterator[Place]:
    """To go on with: for one at a time, and only from where it is."""
    with _path(upload.id).open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(N_("This upload is coming in at this moment.")) from None
        start, size = file.read(ENOUGH), file.seek(0, 2)
        if at != size:
            raise Conflict(N_("This upload goes on at byte {offset}."), offset=size)
        kind = kind_of(start) if len(start) >= ENOUGH else None
        yield Place(upload.id, upload.owner, file, hashlib.sha256(), size, start, kind)


async def alive(upload: Upload) -> None:
    """The time for an upload is counted from its last go."""
    await Upload.update({Upload.created_at: datetime.now(UTC)}).where(Upload.id == upload.id)


async def keep(place: Place, upload: Upload) -> Upload | None:
    """The upload once all of it is here; None while more is to come."""
    if place.size > upload.bytes:
        raise TooLarge(N_("More came than was announced."), field="file")
    if place.size < upload.bytes:
        return None
    place.digest = hashlib.sha256()
    place.file.seek(0)
    while piece := place.file.read(PIECE):
        place.digest.update(piece)
        await asyncio.sleep(0)  # others first
    days = max(1, (upload.keep_until - datetime.now(UTC)).days + 1)
    kept = await receiving.keep(place, upload.consent, str(days))
    _forget(upload.id)
    return kept


async def give_up(upload: Upload) -> None:
    _forget(upload.id)
    await receiving.give_up(upload.id)


def sweep(before: datetime) -> None:
    """What was begun and never ended."""
    for file in _path(UUID(int=0)).parent.glob("*"):
        if file.stat().st_mtime < before.timestamp():
            _forget(UUID(file.name))


def _forget(upload_id: UUID) -> None:
    with contextlib.suppress(OSError):
        _path(upload_id).unlink()


def _path(upload_id: UUID) -> Path:
    return settings.get().data_dir / "incoming" / str(upload_id)

"""How much of one person's uploads there is room for, at once and together. Room is taken before a byte comes in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import db, settings
from app.domain import accounts, switches, uploads
from app.errors import N_, Conflict, TooMany
from app.models import Upload, UploadState

MEGABYTE = 1_000_000


async def reserve(owner_id: UUID, size: int) -> UUID:
    await switches.must_be_on("uploads")
    upload = Upload(owner=owner_id, bytes=size, keep_until=uploads.keep_until(None), created_at=datetime.now(UTC))
    limit = settings.get().uploads_at_once
    async with db.transaction():
        await accounts.lock(owner_id)
        if await _coming_in(owner_id) >= limit:
            raise TooMany(N_("{limit} uploads of yours are coming in already. Wait for one to end."), limit=limit)
        await _fit(owner_id, size, upload.id)
        await Upload.insert(upload)
    return upload.id


async def claim(upload_id: UUID, owner_id: UUID, size: int) -> None:
    """What is stored counts, which may be more than what came in."""
    async with db.transaction():
        await accounts.lock(owner_id)
        await _fit(owner_id, size, upload_id)
        await Upload.update({Upload.bytes: size}).where(Upload.id == upload_id)


async def _fit(owner_id: UUID, size: int, upload_id: UUID) -> None:
    """Behind the lock: twenty uploads at once cannot take the same last room."""
    left = uploads.quota() - await uploads.used(owner_id, but=upload_id)
    if size > left:
        raise Conflict(
            N_("This does not fit: {left} MB of your {quota} MB are left. Delete something, or wait."), field="file",
            left=max(0, left // MEGABYTE), quota=uploads.quota() // MEGABYTE,
        )  # fmt: skip


async def _coming_in(owner_id: UUID) -> int:
    since = datetime.now(UTC) - timedelta(seconds=settings.get().upload_wait_seconds) - uploads.GRACE
    return await Upload.count().where(
        Upload.owner == owner_id, Upload.state == UploadState.RECEIVING.value, Upload.deleted_at.is_null(),
        Upload.created_at > since,
    )  # fmt: skip

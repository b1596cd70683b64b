"""A person's own pictures and sounds to make something from: nobody else's, and gone when their time is over."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import settings, storage
from app.domain import hearing, orphans
from app.errors import N_, Invalid, NotFound
from app.models import BlockedFile, SourceKind, Upload, UploadState

MOST_LISTED = 200
FILES = {SourceKind.IMAGE: ("source.png", "image/png"), SourceKind.SOUND: ("source.flac", "audio/flac")}
ALIKE = 20
"Of 256 bits. What is only similar differs in eighty and more."
GRACE = timedelta(minutes=10)
"For writing it anew, after the last byte has come in."


async def get_own(upload_id: UUID, owner_id: UUID, kind: str = "") -> Upload:
    upload = await Upload.objects().get(_there(owner_id) & (Upload.id == upload_id))
    if upload is None or (kind and upload.kind != kind):
        raise NotFound
    return upload


async def list_own(owner_id: UUID, kind: str = "") -> list[Upload]:
    query = Upload.objects().where(_there(owner_id))
    if kind in set(SourceKind):
        query = query.where(Upload.kind == kind)
    return await query.order_by(Upload.created_at, Upload.id, ascending=False).limit(MOST_LISTED)


async def used(owner_id: UUID, but: UUID | None = None) -> int:
    """Bytes of the quota, what is still coming in included."""
    rows = await Upload.raw(
        "SELECT sum(bytes) AS bytes FROM upload WHERE owner = {} AND deleted_at IS NULL AND id IS DISTINCT FROM {}",
        owner_id, but,
    )  # fmt: skip
    return int(rows[0]["bytes"] or 0)


def quota() -> int:
    return int(settings.get().upload_quota_mb * 1_000_000)


def keep_until(days: str | int | None) -> datetime:
    """From now on. Nothing said means the longest that this studio keeps."""
    longest = settings.get().upload_days
    text = str(longest if days in (None, "") else days).strip()
    chosen = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 1 <= chosen <= longest:
        raise Invalid(N_("Uploads are kept for 1 to {days} days."), field="days", days=longest)
    return datetime.now(UTC) + timedelta(days=chosen)


async def shorten(upload_id: UUID, owner_id: UUID, days: str | int) -> Upload:
    """Never longer than was said when it came in."""
    upload = await get_own(upload_id, owner_id)
    sooner = min(upload.keep_until, keep_until(days))
    await Upload.update({Upload.keep_until: sooner}).where(_there(owner_id), Upload.id == upload_id)
    return await get_own(upload_id, owner_id)


async def delete(upload_id: UUID, owner_id: UUID) -> None:
    """At once and for good: the row first, so that nobody reads bytes that go."""
    rows = await (
        Upload.update({Upload.deleted_at: datetime.now(UTC)})
        .where(_there(owner_id), Upload.id == upload_id).returning(Upload.id)
    )  # fmt: skip
    if not rows:
        raise NotFound
    await storage.delete_all(folder(upload_id))


async def sweep() -> int:
    """Erase what was kept long enough, what broke off while it came in, and rows whose bytes are gone."""
    over = await Upload.raw(
        "UPDATE upload SET deleted_at = now() WHERE deleted_at IS NULL"
        " AND (keep_until < now() OR (state = 'receiving' AND created_at < {})) RETURNING id",
        broken_off(),
    )  # fmt: skip
    for row in await Upload.select(Upload.id).where(Upload.deleted_at.is_not_null()):
        await storage.delete_all(folder(row["id"]))
        await Upload.delete().where(Upload.id == row["id"])
    return len(over)


def broken_off() -> datetime:
    """What came in before this and is not whole will not be any more."""
    return datetime.now(UTC) - timedelta(seconds=settings.get().upload_wait_seconds) - GRACE


async def erase_orphans() -> int:
    return await orphans.erase("uploads", Upload)


async def block(sha256: str, reason: str = "", likeness: str = "", heard: str = "") -> None:
    """This very file does not come in again, whoever brings it; nor does what looks or sounds like it, if given."""
    await BlockedFile.raw(
        "INSERT INTO blocked_file (sha256, reason, likeness, heard) VALUES ({}, {}, {}, {})"
        " ON CONFLICT (sha256) DO NOTHING",
        sha256, reason, likeness, heard,
    )  # fmt: skip


async def unblock(sha256: str) -> None:
    await BlockedFile.delete().where(BlockedFile.sha256 == sha256)


async def is_blocked(sha256: str) -> bool:
    return await BlockedFile.exists().where(BlockedFile.sha256 == sha256)


async def looks_blocked(likeness: str) -> bool:
    """A removed picture again, in another size or format. The list is short: every entry of it is compared."""
    if not likeness:
        return False
    rows = await BlockedFile.raw(
        "SELECT EXISTS (SELECT 1 FROM blocked_file WHERE likeness <> ''"
        " AND bit_count(('x' || likeness)::bit(256) # ('x' || {})::bit(256)) <= {}) AS any",
        likeness, ALIKE,
    )  # fmt: skip
    return bool(rows[0]["any"])


async def heard_blocked(heard: str) -> bool:
    """A removed sound again, in another format. Others have their turn between two of a long list."""
    if not heard:
        return False
    rows = await BlockedFile.select(BlockedFile.heard).where(BlockedFile.heard != "")
    for row in rows:
        if hearing.alike(heard, row["heard"]):
            return True
        await asyncio.sleep(0)
    return False


def folder(upload_id: UUID) -> str:
    return f"uploads/{upload_id}"


def key(upload: Upload) -> str:
    """Where the bytes are, a PNG or a FLAC that we wrote ourselves."""
    return key_of(upload.id, upload.kind)


def key_of(upload_id: UUID, kind: str) -> str:
    return f"{folder(upload_id)}/{FILES[SourceKind(kind)][0]}"


def thumb_key(upload_id: UUID) -> str:
    return f"{folder(upload_id)}/thumb.webp"


def media_type(upload: Upload) -> str:
    return FILES[SourceKind(upload.kind)][1]


def _there(owner_id: UUID) -> Any:
    """What its owner sees: whole, not deleted, its time not over even if no sweep came by."""
    return (
        (Upload.owner == owner_id) & (Upload.state == UploadState.READY.value) & Upload.deleted_at.is_null()
        & (Upload.keep_until > datetime.now(UTC))
    )  # fmt: skip

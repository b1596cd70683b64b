"""An upload from its first byte to the row that is ready: limits while it comes in, and all of it or nothing."""

import contextlib
import hashlib
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

import msgspec

from app import db, settings, storage
from app.decoding import ask
from app.decoding.signatures import ENOUGH, Kind, kind_of
from app.decoding.verdict import Facts, Limits, Trouble
from app.domain import audit, room, uploads
from app.domain.room import MEGABYTE
from app.errors import N_, DomainError, Invalid, NoRoom, TooLarge, Unsupported
from app.models import Upload, UploadState
from app.models.ids import uuid7

logger = logging.getLogger(__name__)

CONSENT = N_("I made this or may use it, and everybody whose face or voice is in it agrees.")
UNKNOWN = N_(
    "This is none of the kinds we can read. Pictures: PNG, JPEG, WebP. Sounds: FLAC, WAV, MP3, M4A, Ogg, WebM."
)
NOBODY = UUID(int=0)
SPEAKING = 64 * 1024  # what a form says beside its file


class Place(msgspec.Struct):
    """Where an upload goes while it comes in: a file without a name, gone with this process whatever happens."""

    id: UUID
    owner: UUID
    file: IO[bytes]
    digest: Any
    size: int = 0
    start: bytes = b""
    kind: Kind | None = None


def most(kind: Kind) -> int:
    chosen = settings.get()
    return int((chosen.upload_picture_mb if kind == "image" else chosen.upload_sound_mb) * MEGABYTE)


def most_body() -> int:
    return max(most("image"), most("sound")) + SPEAKING


@asynccontextmanager
async def reserved(owner_id: UUID, announced: int | None) -> AsyncIterator[Place]:
    """Room in the quota for what was announced; for the most there may be where nothing was."""
    size = expected(announced)
    upload_id = await room.reserve(owner_id, max(0, size - SPEAKING) if announced is None else size)
    try:
        with _nameless() as file:
            yield Place(upload_id, owner_id, file, hashlib.sha256())
    except BaseException:
        await give_up(upload_id)
        raise


@contextmanager
def passing(announced: int | None) -> Iterator[Place]:
    """For a file that is looked at and not kept, whoever brings it."""
    expected(announced)
    with _nameless() as file:
        yield Place(uuid7(), NOBODY, file, hashlib.sha256())


def expected(announced: int | None) -> int:
    """The most that may come, or TooLarge."""
    size = most_body() if announced is None else announced
    if size > most_body():
        raise _too_large(max(most("image"), most("sound")))
    return size


def write(place: Place, piece: bytes) -> None:
    """The next bytes. What kind it is decides, by its first ones, how many there may be."""
    place.size += len(piece)
    if place.kind is None:
        place.start += piece[:ENOUGH]
        if len(place.start) >= ENOUGH:
            place.kind = kind_of(place.start)
            if place.kind is None:
                raise Unsupported(UNKNOWN, field="file")
    if place.kind and place.size > most(place.kind):
        raise _too_large(most(place.kind))
    place.digest.update(piece)
    try:
        place.file.write(piece)
    except OSError as error:
        logger.error("no room for an upload beside the studio: %s", error.strerror)
        raise NoRoom from None


async def keep(place: Place, consent: str, days: str) -> Upload:
    """All of it is here: confirmed by the person, written anew, stored, and theirs."""
    until = uploads.keep_until(days)
    if not consent:
        raise Invalid(N_("Please confirm that you may use it."), field="agreed")
    if not place.size:
        raise Invalid(N_("Choose a file first."), field="file")
    if place.kind is None:
        raise Unsupported(UNKNOWN, field="file")
    await _let_pass(place, await uploads.is_blocked(place.digest.hexdigest()))
    with _nameless() as rewritten:
        facts = await _rewrite(place, rewritten)
        await _let_pass(place, await uploads.looks_blocked(facts.likeness) or await uploads.heard_blocked(facts.heard))
        size = rewritten.seek(0, 2) + len(facts.thumb)
        await room.claim(place.id, place.owner, size)
        await _store(place, rewritten, facts)
    return await _finish(place, facts, consent, until)


async def _let_pass(place: Place, blocked: bool) -> None:
    if blocked:
        await audit.note(place.owner, "upload.blocked", str(place.id))
        raise Invalid(N_("This file was removed before and cannot be brought in again."), field="file")


async def _rewrite(place: Place, target: IO[bytes]) -> Facts:
    chosen = settings.get()
    limits = Limits(int(chosen.upload_megapixels * MEGABYTE), chosen.upload_minutes * 60)
    verdict = await ask.rewrite(place.kind or "image", place.file, target, limits)
    if isinstance(verdict, Facts):
        return verdict
    raise told(verdict.trouble)


def told(trouble: Trouble) -> DomainError:
    chosen = settings.get()
    if trouble == "too_large":
        pixels = int(chosen.upload_megapixels)
        return TooLarge(N_("This picture has more than {pixels} million pixels."), field="file", pixels=pixels)
    if trouble == "too_long":
        minutes = int(chosen.upload_minutes)
        return TooLarge(N_("This sound is longer than {minutes} minutes."), field="file", minutes=minutes)
    if trouble == "busy":
        return NoRoom(N_("Many uploads are being read at this moment. Please try again in a minute."))
    sentences = {
        "incomplete": N_("A part of this file is missing. Was it cut off?"),
        "too_short": N_("This sound is too short to make something from."),
        "too_slow": N_("This file took us too long to read."),
    }  # fmt: skip
    return Invalid(sentences.get(trouble, N_("We could not read this file. It may be damaged.")), field="file")


async def _store(place: Place, rewritten: IO[bytes], facts: Facts) -> None:
    await storage.put_file(uploads.key_of(place.id, place.kind or ""), rewritten)
    if facts.thumb:
        await storage.put(uploads.thumb_key(place.id), facts.thumb)


async def _finish(place: Place, facts: Facts, consent: str, until: datetime) -> Upload:
    rows = await (
        Upload.update({
            Upload.state: UploadState.READY.value, Upload.kind: place.kind, Upload.width: facts.width,
            Upload.height: facts.height, Upload.seconds: facts.seconds, Upload.sha256: place.digest.hexdigest(),
            Upload.likeness: facts.likeness, Upload.heard: facts.heard, Upload.signer: facts.signer,
            Upload.machine: facts.machine, Upload.consent: consent, Upload.consented_at: datetime.now(UTC),
            Upload.keep_until: until,
        })
        .where(Upload.id == place.id, Upload.deleted_at.is_null()).returning(Upload.id)
    )  # fmt: skip
    if not rows:  # swept in the meantime
        raise NoRoom
    return await uploads.get_own(place.id, place.owner)


async def give_up(upload_id: UUID) -> None:
    """Nothing is left of it. What cannot be undone now, because a server is away, the sweep undoes."""
    with contextlib.suppress(*db.UNREACHABLE, *storage.UNREACHABLE):
        await Upload.delete().where(Upload.id == upload_id)
        await storage.delete_all(uploads.folder(upload_id))


def _nameless() -> IO[bytes]:
    folder = settings.get().data_dir / "incoming"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        logger.error("no room for an upload beside the studio: %s", error.strerror)
        raise NoRoom from None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(N_("This file is larger than {limit} MB."), field="file", limit=limit // MEGABYTE)

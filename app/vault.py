"""The place of backups: BACKUP_URL, where everything lies sealed in age's format and can be opened with age itself.

Two kinds of keys. The operator's opens the database's copies; each person has one more for their files, itself sealed
with the operator's. A person's key lies here alone, in no backup: once it is destroyed nothing of theirs opens again,
however many copies of the copies there are.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
import obstore
import pyrage
from obstore.exceptions import BaseError, NotFoundError
from pyrage.x25519 import Identity

from app import secret, settings, storage
from app.errors import DomainError

PEOPLE, TOMBSTONES = "people", "tombstones"
GONE = (NotFoundError, FileNotFoundError)
UNREACHABLE = (BaseError, OSError)


class Damaged(DomainError):
    "What was sealed does not open: changed, cut off, or sealed with another key."


class Written(msgspec.Struct, frozen=True):
    """What a sealed object has to be, byte for byte."""

    bytes: int
    sha256: str


class _Counting:
    """A pipe that knows what went through it."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.bytes, self.sha256 = inner, 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.inner.write(piece)
        return self._count(piece)

    def read(self, size: int = -1) -> bytes:
        piece = bytes(self.inner.read(size))
        self._count(piece)
        return piece

    def flush(self) -> None:
        """Whoever made the inner one closes it."""

    def _count(self, piece: bytes) -> int:
        self.bytes += len(piece)
        self.sha256.update(piece)
        return len(piece)

    @property
    def written(self) -> Written:
        return Written(self.bytes, self.sha256.hexdigest())


def configured() -> bool:
    return bool(settings.get().backup_url)


@cache
def store() -> Any:
    if not configured():
        raise DomainError("BACKUP_URL is not set: there is no place for backups. See docs/operations.md, Backups.")
    return storage.at(settings.get().backup_url, "BACKUP_URL")


@cache
def keys_store() -> Any:
    elsewhere = settings.get().backup_keys_url
    return storage.at(elsewhere, "BACKUP_KEYS_URL") if elsewhere else store()


@cache
def operators() -> Identity:
    """BACKUP_KEY, or one made once in DATA_DIR; a file as age-keygen writes it."""
    named = settings.get().backup_key
    try:
        text = Path(named).read_text(encoding="utf-8") if named else secret.kept("backup.key", _made).decode()
        return Identity.from_str(next(line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-")))
    except (OSError, StopIteration, pyrage.IdentityError):
        raise SystemExit(f"A setting is wrong: BACKUP_KEY is not a file with an age identity: {named!r}.") from None


def _made() -> bytes:
    comment = "# Opens the backups of this studio. Without it they are noise: keep a copy elsewhere."
    return f"{comment}\n{Identity.generate()}\n".encode()


def seal(name: str, source: Any, key: Identity | None = None) -> Written:
    """Read to its end, one part of it in memory at a time; whole or not there at all."""
    with obstore.open_writer(store(), name) as writer:
        counting = _Counting(writer)
        pyrage.encrypt_io(_Counting(source), counting, [(key or operators()).to_public()])
    return counting.written


def unseal(name: str, target: IO[bytes], key: Identity | None = None, expected: Written | None = None) -> None:
    """Do not use what was written when this raises."""
    counting = _Counting(obstore.open_reader(store(), name))
    try:
        pyrage.decrypt_io(counting, target, [key or operators()])
    except (pyrage.DecryptError, OSError) as error:
        if getattr(error, "errno", None):  # a disk's error, and not age's
            raise
        raise Damaged(f"{name} is damaged, or it was sealed with another key.") from None
    if expected and counting.written != expected:
        raise Damaged(f"{name} is not the one that was written: its length or its SHA-256 differs.")


def put(name: str, content: bytes) -> None:
    """Small things."""
    obstore.put(store(), name, pyrage.encrypt(content, [operators().to_public()]))


def get(name: str) -> bytes:
    return _opened(name, bytes(obstore.get(store(), name).bytes()))


def _opened(name: str, sealed: bytes) -> bytes:
    try:
        return pyrage.decrypt(sealed, [operators()])
    except pyrage.DecryptError:
        raise Damaged(f"{name} is damaged, or it was sealed with another key.") from None


def names(prefix: str) -> Iterator[tuple[str, datetime]]:
    for page in obstore.list(store(), prefix=prefix):
        for meta in page:
            yield meta["path"], meta["last_modified"]


def has(name: str, where: Any = None) -> bool:
    try:
        obstore.head(where or store(), name)
    except GONE:
        return False
    return True


def delete(some: list[str]) -> None:
    with suppress(*GONE):
        obstore.delete(store(), some)


def key_of(account_id: UUID) -> Identity | None:
    """None once it was destroyed, and before anything of theirs was copied."""
    name = _key_name(account_id)
    try:
        sealed = bytes(obstore.get(keys_store(), name).bytes())
    except GONE:
        return None
    return Identity.from_str(_opened(name, sealed).decode())


def key_for(account_id: UUID) -> Identity | None:
    """Theirs, made when there is none yet; none is made for somebody who left."""
    if (found := key_of(account_id)) or has(_tombstone_name(account_id)):
        return found
    made = Identity.generate()
    obstore.put(keys_store(), _key_name(account_id), pyrage.encrypt(str(made).encode(), [operators().to_public()]))
    return made


async def forget(account_id: UUID) -> None:
    """Destroy the key of somebody who left; the tombstone tells every restored backup who must not come back."""
    await obstore.put_async(store(), _tombstone_name(account_id), datetime.now(UTC).isoformat().encode())
    with suppress(*GONE):
        await obstore.delete_async(keys_store(), _key_name(account_id))


def _key_name(account_id: UUID) -> str:
    return f"{PEOPLE}/{account_id}.age"


def _tombstone_name(account_id: UUID) -> str:
    return f"{TOMBSTONES}/{account_id}"

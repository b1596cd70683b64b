"""An archive read into a studio that does not know its person yet. Everything is checked before anything is unpacked.

The archive may come from anybody: its names lead nowhere but into the folders of its own pieces, its sizes are counted
while they are read, its rows have exactly the columns that move, and whose they are is not for it to say.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from piccolo.columns import JSONB, ForeignKey
from piccolo.table import Table

from app import db, storage
from app.domain import rows
from app.domain.accounts import LOCAL
from app.domain.archive import FORMAT, VERSION, Manifest
from app.domain.people import folder_of, in_order_of_keys
from app.errors import N_, Conflict, Invalid
from app.models import Account, Generation, Identity, Status, inventory
from app.models.generations import UNFINISHED
from app.models.inventory import Export

MOST_FILES = 500_000
MOST_BYTES = 200 * 1024**3
MOST_TIMES_SMALLER = 200
"JSON of equal rows gets this small at most; whatever promises more is a bomb."
MANIFEST_BYTES = 100 * 1024**2
PIECE = 1024 * 1024
MEDIA = re.compile(r"media/(\w{1,20})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[a-z]{1,20}\.[a-z0-9]{2,5}")
ROWS = re.compile(r"(?:data|record|csv|schema/data|schema/record)/[a-z_]{1,40}\.(?:json|csv)")
LOOSE = {"README.txt", "outbox.json", "works.jsonld"}
NOT_OURS = N_("This is not an archive of a studio like this one.")
BROKEN = N_("This archive is damaged or was changed. Nothing of it was read.")


class Arrival(msgspec.Struct, frozen=True):
    account_id: UUID
    rows: int
    files: int


async def arrive(path: Path) -> Arrival:
    with _opened(path) as archive:
        try:
            manifest = _checked(archive, path)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise Invalid(BROKEN) from error
        return await _unpack(archive, manifest)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Invalid(NOT_OURS) from error


def _checked(archive: zipfile.ZipFile, path: Path) -> Manifest:
    """The list of contents against the manifest, then every byte against its hash."""
    found = {info.filename: info for info in archive.infolist()}
    if len(found) != len(archive.infolist()) or len(found) > MOST_FILES or "manifest.json" not in found:
        raise Invalid(NOT_OURS)
    if sum(info.file_size for info in found.values()) > MOST_BYTES or any(map(_is_bomb, found.values())):
        raise Invalid(N_("This archive would unpack to more than any person has. Nothing of it was read."))
    if sum(info.compress_size for info in found.values()) > path.stat().st_size:
        raise Invalid(BROKEN)  # files that share their bytes
    try:
        manifest = msgspec.json.decode(b"".join(_read(archive, found["manifest.json"], MANIFEST_BYTES)), type=Manifest)
    except msgspec.MsgspecError:
        raise Invalid(NOT_OURS) from None
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise Invalid(NOT_OURS)
    told = {entry.name: entry for entry in manifest.files}
    if told.keys() != found.keys() - {"manifest.json"} or not all(map(_may_be_called, told)):
        raise Invalid(BROKEN)
    for name, entry in told.items():
        digest, count = hashlib.sha256(), 0
        for piece in _read(archive, found[name], entry.bytes):
            digest.update(piece)
            count += len(piece)
        if (count, digest.hexdigest()) != (entry.bytes, entry.sha256):
            raise Invalid(BROKEN)
    return manifest


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > PIECE and info.file_size > MOST_TIMES_SMALLER * max(info.compress_size, 1)


def _may_be_called(name: str) -> bool:
    return name in LOOSE or bool(MEDIA.fullmatch(name) or ROWS.fullmatch(name))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Never more than was promised, whatever the headers inside say."""
    count = 0
    with archive.open(info) as file:
        while piece := file.read(PIECE):
            count += len(piece)
            if count > most:
                raise Invalid(BROKEN)
            yield piece


async def _unpack(archive: zipfile.ZipFile, manifest: Manifest) -> Arrival:
    """Bytes first, rows second, as always; the sweep of orphans clears up after whoever is killed between."""
    moved = _rows(archive, manifest)
    folders = {f"{folder}/{row['id']}" for folder, rows_ in _with_files(moved) for row in rows_}
    media = [entry.name for entry in manifest.files if entry.name.startswith("media/")]
    if not {name.removeprefix("media/").rpartition("/")[0] for name in media} <= folders:
        raise Invalid(BROKEN)
    async with db.transaction():
        if await Account.exists().where(Account.id == manifest.account):
            raise Conflict(N_("This person is here already. An archive is read into a studio that does not know them."))
        for name in media:
            await storage.put(name.removeprefix("media/"), archive.read(name))
        try:
            await _insert(moved)
        except asyncpg.IntegrityConstraintViolationError:
            raise Conflict(N_("Something in this archive is here already, or points at what is not in it.")) from None
    return Arrival(manifest.account, sum(map(len, moved.values())), len(media))


def _rows(archive: zipfile.ZipFile, manifest: Manifest) -> dict[Any, list[dict[str, Any]]]:
    """Decoded by the very shape that wrote them: a column too many, too few or of another kind is refused."""
    names, moved = {entry.name for entry in manifest.files}, dict[Any, list[dict[str, Any]]]()
    for table in in_order_of_keys():
        shape = rows.shape(table, {Export.MOVES})
        name = f"data/{table._meta.tablename}.json"
        if shape is None or name not in names:
            continue
        try:
            found = msgspec.json.decode(archive.read(name), type=list[shape])  # type: ignore[valid-type]
        except msgspec.MsgspecError:
            raise Invalid(BROKEN) from None
        moved[table] = [msgspec.structs.asdict(row) for row in found]
        people = {column._meta.name for column in table._meta.foreign_key_columns if rows.points_at_people(column)}
        if any(row[name] != manifest.account for row in moved[table] for name in people if name in row):
            raise Invalid(BROKEN)
    if [row["id"] for row in moved.get(Account, [])] != [manifest.account]:
        raise Invalid(BROKEN)
    return moved


def _with_files(moved: dict[Any, list[dict[str, Any]]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table, found in moved.items():
        if folder := folder_of(table):
            yield folder, found


async def _insert(moved: dict[Any, list[dict[str, Any]]]) -> None:
    """What did not move is as it is for anybody new: no role, no password, other keys to the bytes."""
    here = {table: {row[table._meta.primary_key._meta.name] for row in found} for table, found in moved.items()}
    for table, found in moved.items():
        for row in found:
            await table.insert(table(**{name: _value(table, name, value, here) for name, value in row.items()}))
    [account] = moved[Account]
    subject = account["email"].lower()
    await Identity.insert(Identity(account=account["id"], provider=LOCAL, subject=subject, secret=""))


def _value(table: type[Table], name: str, value: Any, here: dict[Any, set[UUID]]) -> Any:
    column = table._meta.get_column_by_name(name)
    if column is Generation.status and value in UNFINISHED:
        return Status.CANCELED.value  # where it was being made is not here
    if (
        isinstance(column, ForeignKey)
        and value is not None
        and value not in here.get(inventory.target(column), {value})
    ):
        return None  # something of somebody else's, who did not come along
    return msgspec.json.encode(value).decode() if isinstance(column, JSONB) else value

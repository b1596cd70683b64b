"""A ZIP of everything of a person, as it flows: rows a page at a time, files a piece at a time, hashes at the end.

data/ is what moves (brought or made by the person, read again by another studio), record/ is what is told. Which column
is which is said by the column. The same rows give the same bytes, whenever and wherever they are packed.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import Any, cast
from uuid import UUID

import msgspec
from piccolo.table import Table

from app import storage
from app.domain import descriptions, rows
from app.domain.people import folder_of, ids, personal_tables
from app.domain.words import for_spreadsheet
from app.models.inventory import Export

FORMAT, VERSION = "qwenimage.art takeout", 1
STILL = (1980, 1, 1, 0, 0, 0)
"ZIP wants a moment for each file; ours say nothing by it."


Pieces = AsyncIterator[bytes]
Files = AsyncIterator[tuple[str, Pieces]]


class Entry(msgspec.Struct, frozen=True):
    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last file of the archive: what else is in it. Whatever it does not name does not belong there."""

    format: str
    version: int
    account: UUID
    files: list[Entry]


class Pipe(io.RawIOBase):
    """A file that zipfile may write to and nobody can seek in; what was written is taken away by whoever sends it."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written += data
        return len(data)

    def take(self) -> bytes:
        taken, self.written = bytes(self.written), bytearray()
        return taken


async def pack(account_id: UUID, language: str = "en") -> AsyncIterator[bytes]:
    files = _files(account_id, language)
    async for piece in zipped(files, lambda entries: Manifest(FORMAT, VERSION, account_id, entries)):
        yield piece


async def zipped(files: Files, manifest: Callable[[list[Entry]], msgspec.Struct]) -> AsyncIterator[bytes]:
    """As it flows; the manifest, which names all the others, comes last."""
    pipe, entries = Pipe(), list[Entry]()
    with zipfile.ZipFile(cast(Any, pipe), "w", allowZip64=True) as archive:
        async for name, pieces in files:
            digest, size = hashlib.sha256(), 0
            info = zipfile.ZipInfo(name, STILL)
            # Pictures and sounds are small already.
            info.compress_type = zipfile.ZIP_STORED if name.startswith("media/") else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as file:
                async for piece in pieces:
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
                    yield pipe.take()
            entries.append(Entry(name, size, digest.hexdigest()))
        told = msgspec.json.format(msgspec.json.encode(manifest(entries)), indent=1)
        archive.writestr(zipfile.ZipInfo("manifest.json", STILL), told)
    yield pipe.take()


async def _files(account_id: UUID, language: str) -> Files:
    yield "README.txt", _once(descriptions.readme(language).encode())
    for table in personal_tables():
        name = table._meta.tablename
        for folder, exports in (("data", {Export.MOVES}), ("record", {Export.TOLD})):
            shape = rows.shape(table, exports)
            if shape is not None:
                yield f"{folder}/{name}.json", rows.listed(rows.pages(table, account_id, shape))
                yield f"schema/{folder}/{name}.json", _once(rows.schema(shape))
        if (whole := rows.shape(table, {Export.MOVES, Export.TOLD})) is not None:
            yield f"csv/{name}.csv", _csv(table, account_id, whole)
    yield "outbox.json", descriptions.outbox(account_id)
    yield "works.jsonld", descriptions.works(account_id)
    for table in personal_tables():
        if (folder := folder_of(table)) and rows.shape(table, {Export.MOVES}):
            for each in await ids(table, account_id):
                async for file in media(f"{folder}/{each}"):
                    yield file


async def media(folder: str) -> Files:
    """Every file of one piece."""
    for key in sorted(await storage.keys(folder)):
        yield f"media/{key}", storage.stream(key, 0, await storage.size(key))


async def _once(content: bytes) -> Pieces:
    yield content


async def _csv(table: type[Table], account_id: UUID, shape: type[msgspec.Struct]) -> Pieces:
    names = shape.__struct_fields__
    yield _line(names)
    async for row in rows.pages(table, account_id, shape):
        yield _line([_cell(row[name]) for name in names])


def _cell(value: Any) -> Any:
    return for_spreadsheet(value) if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')


def _line(cells: Any) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()

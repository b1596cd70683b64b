"""The archive that is handed over: exactly the columns, rows and files that two people agreed to, and who they were."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.table import Table

from app.domain import rows
from app.domain.archive import Entry, Files, media, zipped
from app.domain.disclosures import FILES
from app.domain.people import folder_of, ids, personal_tables
from app.models import Disclosure


class Cover(msgspec.Struct, frozen=True):
    """The last file: what this is, and who is answerable for it."""

    disclosure: UUID
    authority: str
    basis: str
    scope: list[str]
    items: list[str]
    asked_by: UUID
    approved_by: list[UUID]
    agreed_at: datetime
    files: list[Entry]


async def pack(handed: Disclosure) -> AsyncIterator[bytes]:
    """As it flows; when all of it has gone, its fingerprint is written down."""

    def cover(entries: list[Entry]) -> Cover:
        return Cover(
            handed.id, handed.authority, handed.basis, handed.scope, handed.items, handed.asked_by,
            [handed.first_by, handed.second_by], handed.agreed_at, entries,
        )  # fmt: skip

    digest = hashlib.sha256()
    async for piece in zipped(_files(handed), cover):
        digest.update(piece)
        yield piece
    await Disclosure.update({Disclosure.sha256: digest.hexdigest()}).where(Disclosure.id == handed.id)


async def _files(handed: Disclosure) -> Files:
    for table in personal_tables():
        name = table._meta.tablename
        wanted = [each.partition(".")[2] for each in handed.scope if each.startswith(f"{name}.")]
        if columns := [each for each in wanted if each != FILES]:
            yield f"data/{name}.json", rows.listed(_rows(table, handed, columns))
        if FILES in wanted:
            for each in await ids(table, handed.account):
                if _meant(handed, each):
                    async for file in media(f"{folder_of(table)}/{each}"):
                        yield file


async def _rows(table: type[Table], handed: Disclosure, columns: list[str]) -> AsyncIterator[dict[str, Any]]:
    """The key finds the rows; it goes out only where it was asked for."""
    key = table._meta.primary_key._meta.name
    shape = msgspec.defstruct("Row", [(name, Any) for name in dict.fromkeys([key, *columns])])
    async for row in rows.pages(table, handed.account, shape):
        if _meant(handed, row[key]):
            yield {name: row[name] for name in columns}


def _meant(handed: Disclosure, row_id: object) -> bool:
    return not handed.items or str(row_id) in handed.items

"""Rows of a person as they stand in an archive: one shape for writing, for reading again, and for the JSON Schema."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import msgspec
from piccolo import columns
from piccolo.columns import Column
from piccolo.table import Table

from app.domain.people import theirs
from app.models import Account, inventory
from app.models.inventory import Export

PAGE = 500
TYPES: dict[type[Column], Any] = {
    columns.UUID: UUID, columns.ForeignKey: UUID, columns.Boolean: bool, columns.SmallInt: int, columns.Integer: int,
    columns.BigInt: int, columns.Real: float, columns.Text: str, columns.Timestamptz: datetime, columns.JSONB: Any,
    columns.Date: Any, columns.Bytea: Any,
}  # fmt: skip


def shape(table: type[Table], exports: set[Export]) -> type[msgspec.Struct] | None:
    """The columns that are exported so, with the key before them; None where there are none."""
    return _shape(table, frozenset(exports))


@cache
def _shape(table: type[Table], exports: frozenset[Export]) -> type[msgspec.Struct] | None:
    wanted = [column for column, kind in inventory.columns(table) if kind.export in exports]
    if not wanted:
        return None
    key = table._meta.primary_key
    fields = [(each._meta.name, _type(each)) for each in ([] if key in wanted else [key]) + wanted]
    return msgspec.defstruct(table.__name__, fields, forbid_unknown_fields=True)


def _type(column: Column) -> Any:
    if isinstance(column, columns.Varchar):
        found: Any = Annotated[str, msgspec.Meta(max_length=column.length or 1_000_000)]
    else:
        found = TYPES[type(column)]
    return found | None if column._meta.null else found


def schema(shape: type[msgspec.Struct]) -> bytes:
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(list[shape])  # type: ignore[valid-type]
    return msgspec.json.format(msgspec.json.encode(described), indent=1)


async def pages(table: type[Table], account_id: UUID, shape: Any) -> AsyncIterator[dict[str, Any]]:
    """By their keys, so that the order is the same wherever they are."""
    key = table._meta.primary_key
    named = [table._meta.get_column_by_name(name) for name in shape.__struct_fields__]
    last: Any = None
    while True:
        query = table.select(*named).where(theirs(table, account_id)).output(load_json=True)
        if last is not None:
            query = query.where(key > last)
        found = await query.order_by(key).limit(PAGE)
        for row in found:
            yield row
        if len(found) < PAGE:
            return
        last = found[-1][key._meta.name]


async def listed(found: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """JSON, one row a line: people read it, programs compare it."""
    opening = b"[\n"
    async for row in found:
        yield opening + msgspec.json.encode(row)
        opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def points_at_people(key: columns.ForeignKey[Any]) -> bool:
    return inventory.target(key) is Account

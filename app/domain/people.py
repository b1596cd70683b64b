"""Which tables are about people, and which rows about whom: for whatever is derived from the inventory."""

from typing import Any
from uuid import UUID

from piccolo.columns.combination import WhereRaw
from piccolo.table import Table, sort_table_classes

from app import db
from app.models import TABLES, Account, inventory


def personal_tables() -> list[type[Table]]:
    return [table for table in TABLES if whose(table)]


def in_order_of_keys() -> list[type[Table]]:
    """What is pointed at comes before what points."""
    personal = set(personal_tables())
    return [table for table in sort_table_classes(TABLES) if table in personal]


def whose(table: type[Table]) -> str:
    return inventory.whose(table, Account)


def theirs(table: type[Table], account_id: UUID) -> WhereRaw:
    return db.raw_where(whose(table), account_id)


def folder_of(table: type[Table]) -> str:
    """Where the files of its rows are kept, each row's in a folder named by its id; empty where they have none."""
    return getattr(table, "stored_in", "")


async def count(table: type[Table], account_id: UUID) -> int:
    found: Any = await table.count().where(theirs(table, account_id))
    return int(found)


async def ids(table: type[Table], account_id: UUID) -> list[Any]:
    key = table._meta.primary_key
    return await table.select(key).where(theirs(table, account_id)).output(as_list=True)

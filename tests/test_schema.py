"""The migrations, written by hand, and the tables, written in Piccolo, say the same; and every step can be undone."""

import os
import re
import subprocess
import sys

import asyncpg
import pytest
from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Real,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from app import retention, settings
from app.models import TABLES, Account, inventory
from tests.services import run_app

TYPES = {
    UUID: "uuid", ForeignKey: "uuid", Boolean: "boolean", SmallInt: "smallint", Integer: "integer", BigInt: "bigint",
    Real: "real", Text: "text", Timestamptz: "timestamp with time zone", JSONB: "jsonb", Date: "date",
}  # fmt: skip
COLUMNS = """
    SELECT column_name, data_type, character_maximum_length AS length, is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'
"""
EMPTY = "empty_studio"


def declared(table: type[Table]) -> dict[str, tuple[str, int | None, bool]]:
    return {
        column._meta.name: (
            "character varying" if isinstance(column, Varchar) else TYPES[type(column)],
            column.length if isinstance(column, Varchar) else None,
            column._meta.null,
        )
        for column in table._meta.columns
    }


@pytest.fixture
async def connection(database: None, anyio_backend: object):
    connection = await asyncpg.connect(settings.get().database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
async def test_a_table_is_what_its_model_says(connection: asyncpg.Connection, table: type[Table]):
    rows = await connection.fetch(COLUMNS, table._meta.tablename)

    assert {row["column_name"]: (row["data_type"], row["length"], row["nullable"]) for row in rows} == declared(table)


@pytest.mark.policy("P04")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_column_says_why_it_is_there_and_how_long(table: type[Table]):
    """`name = PROFILE(Varchar(80))`: see app/models/inventory.py."""
    silent = [column._meta.name for column in table._meta.columns if inventory.KEY not in column._meta.params]
    assert silent == [], f"say with a kind of app/models/inventory.py what these are for: {silent}"

    kinds = [kind for _, kind in inventory.columns(table)]
    assert {kind.kept for kind in kinds} <= retention.classes().keys()
    limited = {kind.kept for kind in kinds if retention.classes()[kind.kept].days}
    assert not limited or table._meta.get_column_by_name(table.ages_from), f"{limited} are counted from when?"
    personal = {kind.erasure for kind in kinds} != {inventory.Erasure.NOBODYS}
    assert personal == bool(inventory.whose(table, Account)), "rows about a person must lead to the person"
    assert table._meta.help_text or not personal, "say with help_text=N_(...) what people are told these rows are"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
async def test_what_is_unique_and_what_points_where_agree(connection: asyncpg.Connection, table: type[Table]):
    name = table._meta.tablename
    definitions = await connection.fetch(
        "SELECT pg_get_constraintdef(oid) AS says FROM pg_constraint WHERE conrelid = $1::regclass", name
    )
    says = [row["says"] for row in definitions]
    unique = {match[1] for each in says if (match := re.fullmatch(r"UNIQUE \((\w+)\)", each))}
    points = {
        match[1]: match[2] for each in says if (match := re.match(r"FOREIGN KEY \((\w+)\) REFERENCES (\w+)", each))
    }

    assert unique == {column._meta.name for column in table._meta.columns if column._meta.unique}
    assert points == {
        column._meta.name: column._foreign_key_meta.resolved_references._meta.tablename
        for column in table._meta.foreign_key_columns
    }


async def test_every_table_of_the_database_is_one_of_ours(connection: asyncpg.Connection):
    found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    assert {row["tablename"] for row in found} == {table._meta.tablename for table in TABLES} | {"migration"}


@pytest.fixture
async def empty_database(connection: asyncpg.Connection):
    """A database of its own beside the one of the other tests."""
    await connection.execute(f"DROP DATABASE IF EXISTS {EMPTY}")
    await connection.execute(f"CREATE DATABASE {EMPTY}")
    yield re.sub(r"/[^/?]+(\?|$)", rf"/{EMPTY}\1", settings.get().database_url, count=1)
    await connection.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


def piccolo(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "piccolo.main", "migrations", *arguments]
    env = os.environ | {"PICCOLO_CONF": "app.db"} | env
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in found} - {"migration"}
    finally:
        await connection.close()


async def test_down_and_up_again_on_an_empty_database(empty_database: str):
    ours, env = {table._meta.tablename for table in TABLES}, {"DATABASE_URL": empty_database}

    assert run_app("migrate", env=env).returncode == 0 and await tables(empty_database) == ours
    down = piccolo("backwards", "app", "all", "--auto_agree", env=env)
    assert down.returncode == 0, down.stdout + down.stderr
    assert await tables(empty_database) == set()
    assert run_app("migrate", env=env).returncode == 0 and await tables(empty_database) == ours


async def test_migrating_twice_changes_nothing(empty_database: str):
    env = {"DATABASE_URL": empty_database}

    first, second = run_app("migrate", env=env), run_app("migrate", env=env)

    assert (first.returncode, second.returncode) == (0, 0), second.stderr


async def test_one_address_in_any_case_is_one_person(clean: None):
    await Account.raw("INSERT INTO account (id, handle, name, email) VALUES (gen_random_uuid(), 'a', 'A', 'A@b.c')")

    with pytest.raises(asyncpg.UniqueViolationError):
        await Account.raw("INSERT INTO account (id, handle, name, email) VALUES (gen_random_uuid(), 'b', 'B', 'a@B.C')")


OLD_BOOKS = """
    INSERT INTO account (id, handle, name, email) VALUES ({alice}, 'a', 'A', 'a@b.c'), ({bob}, 'b', 'B', 'b@b.c');
    INSERT INTO generation (id, owner, kind, model, params, visibility, status, cost, work, total_steps, watch_token)
    VALUES ({one}, {alice}, 'image', 'm', '{{}}', 'public', 'canceled', 10, 1, 1, 'one'),
           ({two}, {alice}, 'image', 'm', '{{}}', 'public', 'running', 20, 1, 1, 'two');
    INSERT INTO ledger_entry (id, owner, amount, reason, reference, posted_at) VALUES
        (gen_random_uuid(), {alice}, 500, 'grant', 'daily:a:2026-01-01', now() - interval '4 hours'),
        (gen_random_uuid(), {alice}, -10, 'charge', 'generation:' || {one}, now() - interval '3 hours'),
        (gen_random_uuid(), {alice}, 6, 'release', 'generation:' || {one} || ':release', now() - interval '2 hours'),
        (gen_random_uuid(), {alice}, 40, 'grant', 'grant:x:kindness', now() - interval '2 hours'),
        (gen_random_uuid(), {alice}, -20, 'charge', 'generation:' || {two}, now() - interval '1 hour'),
        (gen_random_uuid(), {bob}, 7, 'grant', 'grant:y:kindness', now() - interval '1 hour');
"""
LETTERS = {
    name: f"uuid '00000000-0000-7000-8000-00000000000{n}'" for n, name in enumerate(("alice", "bob", "one", "two"))
}
BALANCES = "SELECT {} AS balance FROM {} GROUP BY owner ORDER BY owner"


async def test_the_books_of_before_are_carried_over_and_back(empty_database: str):
    env = {"DATABASE_URL": empty_database}
    assert piccolo("forwards", "app", "0003", env=env).returncode == 0
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(OLD_BOOKS.format(**LETTERS))
        assert run_app("migrate", env=env).returncode == 0

        balances = await connection.fetch(BALANCES.format("sum(remaining)", "credit_lot"))
        sides = await connection.fetch("SELECT book, sum(amount) FROM ledger_side GROUP BY book ORDER BY book")
        assert [row["balance"] for row in balances] == [516, 7]
        assert [tuple(row) for row in sides] == [("credits", 523), ("grants", -547), ("held", 20), ("revenue", 4)]
        checked = run_app("credits", "check", env=env)
        assert checked.returncode == 0, checked.stdout

        assert piccolo("backwards", "app", "0010", "--auto_agree", env=env).returncode == 0
        balances = await connection.fetch(BALANCES.format("sum(amount)", "ledger_entry"))
        assert [row["balance"] for row in balances] == [516, 7]
    finally:
        await connection.close()

"""Copies that people ask for, and their way out: what outlives a person is a number and receipts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0071"
VERSION = "1.38.0"
DESCRIPTION = "Taking out and leaving"

FORWARDS = (
    """
    CREATE TABLE takeout (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        bytes bigint NOT NULL DEFAULT 0,
        tries smallint NOT NULL DEFAULT 0,
        asked_at timestamptz NOT NULL DEFAULT now(),
        ready_at timestamptz,
        keep_until timestamptz,
        CHECK ((ready_at IS NULL) = (keep_until IS NULL))
    )""",
    # Asked twice while it is being made, it is the same copy.
    "CREATE UNIQUE INDEX takeout_once ON takeout (account) WHERE ready_at IS NULL",
    "CREATE INDEX takeout_of_account ON takeout (account)",
    "CREATE INDEX takeout_over ON takeout (keep_until)",
    """
    CREATE TABLE leaving (
        id uuid PRIMARY KEY,
        account uuid NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
        asked_at timestamptz NOT NULL DEFAULT now(),
        erased jsonb NOT NULL DEFAULT '{}',
        finished_at timestamptz
    )""",
    "CREATE INDEX leaving_unfinished ON leaving (asked_at) WHERE finished_at IS NULL",
    """
    CREATE TABLE errand (
        id uuid PRIMARY KEY,
        leaving uuid NOT NULL REFERENCES leaving ON DELETE CASCADE,
        processor varchar(40) NOT NULL,
        subject varchar(254) NOT NULL,
        tries smallint NOT NULL DEFAULT 0,
        asked_at timestamptz NOT NULL DEFAULT now(),
        next_at timestamptz NOT NULL DEFAULT now(),
        receipt varchar(400) NOT NULL DEFAULT '',
        done_at timestamptz,
        CHECK ((done_at IS NULL) = (receipt = ''))
    )""",
    "CREATE INDEX errand_of_leaving ON errand (leaving)",
    "CREATE INDEX errand_due ON errand (next_at) WHERE done_at IS NULL",
)

BACKWARDS = ("DROP TABLE errand, leaving, takeout",)


class Anything(Table):
    """Migrations never import app.models: those keep changing, this must not."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)

    async def up() -> None:
        for statement in FORWARDS:
            await Anything.raw(statement.replace("{", "{{").replace("}", "}}"))

    async def down() -> None:
        for statement in BACKWARDS:
            await Anything.raw(statement)

    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager

"""What people object to, letters to those who fell silent, and what each night swept."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0072"
VERSION = "1.38.0"
DESCRIPTION = "Objecting, lying idle, sweeping"

FORWARDS = (
    "ALTER TABLE account ADD COLUMN objects_to varchar(80) NOT NULL DEFAULT ''",
    """
    CREATE TABLE idle_notice (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        since timestamptz NOT NULL,
        day smallint NOT NULL,
        told_at timestamptz NOT NULL
    )""",
    "CREATE UNIQUE INDEX idle_notice_once ON idle_notice (account, since, day)",
    "CREATE INDEX account_idle ON account (last_active_at) WHERE withheld_at IS NULL",
    """
    CREATE TABLE sweep (
        id uuid PRIMARY KEY,
        what varchar(80) NOT NULL,
        found integer NOT NULL,
        of integer NOT NULL,
        stopped boolean NOT NULL DEFAULT false,
        allowed boolean NOT NULL DEFAULT false,
        at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX sweep_of ON sweep (what, at DESC)",
)

BACKWARDS = (
    "DROP INDEX account_idle",
    "DROP TABLE sweep, idle_notice",
    "ALTER TABLE account DROP COLUMN objects_to",
)


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

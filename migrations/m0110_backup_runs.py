"""What backups and drills came to."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0110"
VERSION = "1.38.0"
DESCRIPTION = "Backups and drills"

FORWARDS = (
    """
    CREATE TABLE backup_run (
        id uuid PRIMARY KEY,
        what varchar(6) NOT NULL,
        ok boolean NOT NULL,
        seconds integer NOT NULL,
        behind integer NOT NULL DEFAULT 0,
        told varchar(400) NOT NULL DEFAULT '',
        at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX backup_run_newest ON backup_run (what, at DESC)",
)

BACKWARDS = ("DROP TABLE backup_run",)


class Anything(Table):
    """Migrations never import app.models: those keep changing, this must not."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)

    async def up() -> None:
        for statement in FORWARDS:
            await Anything.raw(statement)

    async def down() -> None:
        for statement in BACKWARDS:
            await Anything.raw(statement)

    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager

"""A session knows the device it is on, when its person last proved who they are, and by how many factors.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0040"
VERSION = "1.38.0"
DESCRIPTION = "Devices"

FORWARDS = (
    """
    ALTER TABLE session
        ADD COLUMN proved_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN strong boolean NOT NULL DEFAULT false,
        ADD COLUMN device varchar(80) NOT NULL DEFAULT '',
        ADD COLUMN address varchar(45) NOT NULL DEFAULT ''
    """,
)

BACKWARDS = (
    """
    ALTER TABLE session
        DROP COLUMN proved_at, DROP COLUMN seen_at, DROP COLUMN strong, DROP COLUMN device, DROP COLUMN address
    """,
)


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

"""How finished songs and uploaded sounds are heard, so that removed ones are known again.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0125"
VERSION = "1.38.0"
DESCRIPTION = "How songs and sounds are heard"

FORWARDS = (
    "ALTER TABLE creation ADD COLUMN heard text NOT NULL DEFAULT ''",
    "ALTER TABLE upload ADD COLUMN heard text NOT NULL DEFAULT ''",
    "ALTER TABLE blocked_file ADD COLUMN heard text NOT NULL DEFAULT ''",
)

BACKWARDS = tuple(f"ALTER TABLE {table} DROP COLUMN heard" for table in ("creation", "upload", "blocked_file"))


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

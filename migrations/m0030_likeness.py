"""How an upload looks, so that what was removed is known again written anew; and who had signed it before.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0030"
VERSION = "1.38.0"
DESCRIPTION = "Likeness and history of uploads"

FORWARDS = (
    """
    ALTER TABLE upload
        ADD COLUMN likeness varchar(64) NOT NULL DEFAULT '',
        ADD COLUMN signer varchar(200) NOT NULL DEFAULT '',
        ADD COLUMN machine boolean NOT NULL DEFAULT false
    """,
    "ALTER TABLE blocked_file ADD COLUMN likeness varchar(64) NOT NULL DEFAULT ''",
)

BACKWARDS = (
    "ALTER TABLE blocked_file DROP COLUMN likeness",
    "ALTER TABLE upload DROP COLUMN likeness, DROP COLUMN signer, DROP COLUMN machine",
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

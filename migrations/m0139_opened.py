"""When a page to pay on was opened, so that opening many at once is counted.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0139"
VERSION = "1.38.0"
DESCRIPTION = "When a page to pay on was opened"

FORWARDS = (
    "ALTER TABLE payment ADD COLUMN opened_at timestamptz",
    "UPDATE payment SET opened_at = created_at WHERE checkout IS NOT NULL",
)

BACKWARDS = ("ALTER TABLE payment DROP COLUMN opened_at",)


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

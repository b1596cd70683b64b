"""Names that look alike are found without reading all of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0042"
VERSION = "1.38.0"
DESCRIPTION = "Handles"

FORWARDS = ("CREATE INDEX account_handle_alike ON account (translate(handle, '01i5-', 'olls'))",)

BACKWARDS = ("DROP INDEX account_handle_alike",)


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

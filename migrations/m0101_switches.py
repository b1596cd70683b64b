"""What the studio does without for a while."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0101"
VERSION = "1.38.0"
DESCRIPTION = "Switches"

FORWARDS = ("CREATE TABLE switched_off (name varchar(20) PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",)

BACKWARDS = ("DROP TABLE switched_off",)


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

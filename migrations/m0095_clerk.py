"""What it takes to have Clerk say who people are: when it last said so, which of its sessions ours came with.

An errand no longer needs somebody who leaves: whoever is too young for the studio is deleted at Clerk without ever
having been here.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0095"
VERSION = "1.38.0"
DESCRIPTION = "Clerk"

FORWARDS = (
    "ALTER TABLE identity ADD COLUMN told_at timestamptz",
    "ALTER TABLE session ADD COLUMN outside varchar(64) NOT NULL DEFAULT ''",
    "CREATE INDEX session_outside ON session (outside) WHERE outside <> ''",
    "ALTER TABLE errand ALTER COLUMN leaving DROP NOT NULL",
    "CREATE TABLE heard (id varchar(80) PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
)

BACKWARDS = (
    "DROP TABLE heard",
    "DELETE FROM errand WHERE leaving IS NULL",
    "ALTER TABLE errand ALTER COLUMN leaving SET NOT NULL",
    "ALTER TABLE session DROP COLUMN outside",
    "ALTER TABLE identity DROP COLUMN told_at",
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

"""What was made from what, and whether a maker lets others make something from a piece of theirs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0020"
VERSION = "1.38.0"
DESCRIPTION = "Made from"

FORWARDS = (
    "ALTER TABLE creation ADD COLUMN remix boolean NOT NULL DEFAULT false",
    # A view keeps the columns that its table had when it was made.
    """CREATE OR REPLACE VIEW public_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """
    CREATE TABLE lineage (
        id uuid PRIMARY KEY,
        child uuid NOT NULL REFERENCES creation ON DELETE CASCADE,
        parent uuid REFERENCES creation ON DELETE SET NULL,
        position smallint NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX lineage_of_child ON lineage (child, position)",
    "CREATE INDEX lineage_of_parent ON lineage (parent)",
)

BACKWARDS = (
    "DROP TABLE lineage",
    "DROP VIEW public_creation",
    "ALTER TABLE creation DROP COLUMN remix",
    """CREATE VIEW public_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
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

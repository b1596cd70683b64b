"""Songs: how long one is, and how much quieter or louder it should be played than it was made."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0002"
VERSION = "1.38.0"
DESCRIPTION = "Songs"

FORWARDS = (
    "ALTER TABLE creation ADD COLUMN seconds real NOT NULL DEFAULT 0",
    "ALTER TABLE creation ADD COLUMN gain real NOT NULL DEFAULT 0",
    # A view keeps the columns that its table had when it was made.
    """CREATE OR REPLACE VIEW public_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE INDEX creation_newest_of_kind ON creation (kind, published_at DESC, id DESC)
       WHERE visibility = 'public' AND deleted_at IS NULL""",
)

BACKWARDS = (
    "DROP INDEX creation_newest_of_kind",
    "DROP VIEW public_creation",
    "ALTER TABLE creation DROP COLUMN gain, DROP COLUMN seconds",
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

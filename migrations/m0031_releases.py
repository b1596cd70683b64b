"""What a maker wants of a piece's files beyond how they were finished: words inside, a picture for a song's cover."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0031"
VERSION = "1.38.0"
DESCRIPTION = "Releases"

FORWARDS = (
    """
    CREATE TABLE release (
        id uuid PRIMARY KEY,
        creation uuid NOT NULL UNIQUE REFERENCES creation ON DELETE CASCADE,
        cover uuid REFERENCES creation ON DELETE SET NULL,
        words boolean NOT NULL DEFAULT false,
        asked_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz
    )""",
    "CREATE INDEX release_cover ON release (cover) WHERE cover IS NOT NULL",
    "CREATE INDEX release_waiting ON release (asked_at) WHERE done_at IS DISTINCT FROM asked_at",
)

BACKWARDS = ("DROP TABLE release",)


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

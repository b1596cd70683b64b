"""Makers that people follow, and the piece that stands for a maker.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0107"
VERSION = "1.38.0"
DESCRIPTION = "Following"

FORWARDS = (
    """
    CREATE TABLE follow (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        maker uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        CHECK (account <> maker)
    )""",
    "CREATE UNIQUE INDEX follow_once ON follow (account, maker)",
    "CREATE INDEX follow_of_maker ON follow (maker)",
    # No foreign key: a creation points at its owner already, and what is shown is asked of public_creation each time.
    "ALTER TABLE account ADD COLUMN picture uuid",
)

BACKWARDS = ("DROP TABLE follow", "ALTER TABLE account DROP COLUMN picture")


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

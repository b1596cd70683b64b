"""Steps that somebody agreed to have counted, until they were told.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0116"
VERSION = "1.38.0"
DESCRIPTION = "Steps to be counted"

FORWARDS = (
    """
    CREATE TABLE measured (
        id uuid PRIMARY KEY,
        account uuid REFERENCES account ON DELETE CASCADE,
        visitor varchar(32) NOT NULL DEFAULT '',
        name varchar(24) NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    )""",
)

BACKWARDS = ("DROP TABLE measured",)


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

"""Accounts whose address takes no mail any more.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0106"
VERSION = "1.38.0"
DESCRIPTION = "Addresses that take no mail"

FORWARDS = ("ALTER TABLE account ADD COLUMN mail_refused_at timestamptz",)

BACKWARDS = ("ALTER TABLE account DROP COLUMN mail_refused_at",)


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

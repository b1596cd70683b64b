"""The secret that a webhook had before, for as long as its programs still know it.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0138"
VERSION = "1.38.0"
DESCRIPTION = "Former secrets of webhooks"

FORWARDS = (
    "ALTER TABLE webhook ADD COLUMN former_secret varchar(200) NOT NULL DEFAULT ''",
    "ALTER TABLE webhook ADD COLUMN former_until timestamptz",
)

BACKWARDS = ("ALTER TABLE webhook DROP COLUMN former_secret, DROP COLUMN former_until",)


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

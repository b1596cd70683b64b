"""Browsers that are told when something is finished. Each goes with the sign-in it was allowed in.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0105"
VERSION = "1.38.0"
DESCRIPTION = "Devices to knock at"

FORWARDS = (
    """
    CREATE TABLE push_device (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        session uuid NOT NULL REFERENCES session ON DELETE CASCADE,
        endpoint varchar(800) NOT NULL UNIQUE,
        public_key varchar(120) NOT NULL,
        secret varchar(40) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX push_device_account ON push_device (account)",
    "CREATE INDEX push_device_session ON push_device (session)",
)

BACKWARDS = (
    "DROP TABLE push_device",
    "DELETE FROM notice WHERE channel = 'push'",
    "DELETE FROM notice_choice WHERE channel = 'push'",
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

"""Addresses that people give us to be told of the end of their work, and what these were told.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0100"
VERSION = "1.38.0"
DESCRIPTION = "Webhooks out"

FORWARDS = (
    """
    CREATE TABLE webhook (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        url varchar(400) NOT NULL,
        events varchar(120) NOT NULL,
        secret varchar(200) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        off_at timestamptz
    )""",
    "CREATE INDEX webhook_of_account ON webhook (account, created_at DESC)",
    """
    CREATE TABLE delivery (
        id uuid PRIMARY KEY,
        webhook uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
        event varchar(24) NOT NULL,
        generation uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        tries smallint NOT NULL DEFAULT 0,
        status smallint NOT NULL DEFAULT 0,
        trouble varchar(5) NOT NULL DEFAULT '',
        delivered_at timestamptz,
        given_up_at timestamptz
    )""",
    "CREATE INDEX delivery_of_webhook ON delivery (webhook, created_at DESC)",
    "CREATE INDEX delivery_due ON delivery (due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL",
    "CREATE INDEX delivery_age ON delivery (created_at)",
)

BACKWARDS = ("DROP TABLE delivery, webhook",)


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

"""One word on an account hides everything of it: restricted, lying idle, or on its way out.

What is marked public is `published_creation` from now on; `public_creation` is what of it may be shown.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0070"
VERSION = "1.38.0"
DESCRIPTION = "Withheld accounts"

FORWARDS = (
    "ALTER TABLE account ADD COLUMN withheld_at timestamptz",
    """ALTER TABLE account ADD COLUMN withheld_why varchar(12) NOT NULL DEFAULT ''
       CHECK ((withheld_at IS NULL) = (withheld_why = ''))""",
    "CREATE INDEX account_withheld ON account (id) WHERE withheld_at IS NOT NULL",
    "CREATE VIEW withheld_account AS SELECT id FROM account WHERE withheld_at IS NOT NULL",
    # Emptied accounts have no address; there may be many of them.
    "DROP INDEX account_email_once",
    "CREATE UNIQUE INDEX account_email_once ON account (lower(email)) WHERE email <> ''",
    "ALTER VIEW public_creation RENAME TO published_creation",
    # NOT IN, because it is asked once for a page and then kept: the order of an index survives it at any depth.
    """CREATE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
)

BACKWARDS = (
    "DROP VIEW public_creation",
    "ALTER VIEW published_creation RENAME TO public_creation",
    "DROP INDEX account_email_once",
    "CREATE UNIQUE INDEX account_email_once ON account (lower(email))",
    "DROP VIEW withheld_account",
    "ALTER TABLE account DROP COLUMN withheld_at, DROP COLUMN withheld_why",
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

"""By which rules about words a public piece was judged last.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0137"
VERSION = "1.38.0"
DESCRIPTION = "Judged again"

VIEWS = (
    # A view keeps the columns that its table had when it was made.
    """CREATE OR REPLACE VIEW published_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE OR REPLACE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
)

FORWARDS = ("ALTER TABLE creation ADD COLUMN judged_by varchar(16) NOT NULL DEFAULT ''", *VIEWS)

BACKWARDS = (
    "DROP VIEW public_creation",
    "DROP VIEW published_creation",
    "ALTER TABLE creation DROP COLUMN judged_by",
    *VIEWS,
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

"""What is public behind a veil, and what nobody else may watch while it forms.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0136"
VERSION = "1.38.0"
DESCRIPTION = "Veils"

FORWARDS = (
    "ALTER TABLE creation ADD COLUMN veiled boolean NOT NULL DEFAULT false",
    "ALTER TABLE generation ADD COLUMN guarded boolean NOT NULL DEFAULT false",
    "ALTER TABLE decision DROP CONSTRAINT decision_outcome_check",
    "ALTER TABLE decision ADD CONSTRAINT decision_outcome_check CHECK (outcome IN ('allow', 'blur', 'hold', 'block'))",
    # A view keeps the columns that its table had when it was made.
    """CREATE OR REPLACE VIEW published_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE OR REPLACE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
)

BACKWARDS = (
    "DROP VIEW public_creation",
    "DROP VIEW published_creation",
    # What was behind a veil is not shown without one.
    "UPDATE creation SET visibility = 'private', published_at = NULL, held = 'hold' WHERE veiled",
    "UPDATE decision SET outcome = 'hold' WHERE outcome = 'blur'",
    "ALTER TABLE decision DROP CONSTRAINT decision_outcome_check",
    "ALTER TABLE decision ADD CONSTRAINT decision_outcome_check CHECK (outcome IN ('allow', 'hold', 'block'))",
    "ALTER TABLE generation DROP COLUMN guarded",
    "ALTER TABLE creation DROP COLUMN veiled",
    """CREATE VIEW published_creation AS SELECT * FROM creation
       WHERE visibility = 'public' AND deleted_at IS NULL""",
    """CREATE VIEW public_creation AS SELECT * FROM published_creation
       WHERE owner NOT IN (SELECT id FROM withheld_account)""",
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

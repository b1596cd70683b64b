"""Pieces that a rule set aside, and how finished pictures look, so that removed ones are known again.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0102"
VERSION = "1.38.0"
DESCRIPTION = "Judging by rules"

FORWARDS = (
    "ALTER TABLE creation ADD COLUMN likeness varchar(64) NOT NULL DEFAULT ''",
    "ALTER TABLE decision DROP CONSTRAINT decision_found_by_check",
    """
    ALTER TABLE decision ADD CONSTRAINT decision_found_by_check
        CHECK (found_by IN ('report', 'own', 'copy', 'appeal', 'rule'))""",
)

BACKWARDS = (
    "ALTER TABLE creation DROP COLUMN likeness",
    "ALTER TABLE decision DROP CONSTRAINT decision_found_by_check",
    """
    ALTER TABLE decision ADD CONSTRAINT decision_found_by_check
        CHECK (found_by IN ('report', 'own', 'copy', 'appeal')) NOT VALID""",
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

"""What the law makes the studio hand out, who agreed to it, and when its person was told.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0115"
VERSION = "1.38.0"
DESCRIPTION = "A register of disclosures"

FORWARDS = (
    """
    CREATE TABLE disclosure (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        authority varchar(200) NOT NULL,
        basis text NOT NULL,
        scope jsonb NOT NULL,
        items jsonb NOT NULL DEFAULT '[]',
        asked_by uuid NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT now(),
        first_by uuid CHECK (first_by <> asked_by),
        second_by uuid CHECK (second_by <> asked_by AND second_by <> first_by),
        agreed_at timestamptz,
        refused_by uuid,
        refused_at timestamptz,
        silent_until timestamptz,
        silent_why varchar(400) NOT NULL DEFAULT '',
        handed_by uuid,
        handed_at timestamptz,
        sha256 varchar(64) NOT NULL DEFAULT '',
        told_at timestamptz,
        CHECK ((silent_until IS NULL) = (silent_why = '')),
        CHECK (agreed_at IS NULL OR (first_by IS NOT NULL AND second_by IS NOT NULL)),
        CHECK (handed_at IS NULL OR (agreed_at IS NOT NULL AND refused_at IS NULL))
    )""",
    "CREATE INDEX disclosure_of_account ON disclosure (account)",
)

BACKWARDS = ("DROP TABLE disclosure",)


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

"""Reports of what others published, what was decided about it and why, and the word that holds a piece back.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0051"
VERSION = "1.38.0"
DESCRIPTION = "Reports and decisions"

FORWARDS = (
    # The wall under all doors: what is held cannot be public, whoever tries.
    """ALTER TABLE creation ADD COLUMN held varchar(5) NOT NULL DEFAULT ''
       CHECK (held IN ('', 'hold', 'block')),
       ADD CONSTRAINT held_is_private CHECK (held = '' OR visibility = 'private')""",
    """
    CREATE TABLE report (
        id uuid PRIMARY KEY,
        creation uuid REFERENCES creation ON DELETE SET NULL,
        case_file uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
        account uuid REFERENCES account ON DELETE SET NULL,
        name varchar(80) NOT NULL DEFAULT '',
        address varchar(254) NOT NULL DEFAULT '',
        language varchar(5) NOT NULL DEFAULT 'en',
        ground varchar(12) NOT NULL,
        text text NOT NULL DEFAULT '',
        received_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX report_creation ON report (creation, id)",
    "CREATE INDEX report_case ON report (case_file, id)",
    "CREATE INDEX report_account ON report (account)",
    """
    CREATE TABLE decision (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        creation uuid REFERENCES creation ON DELETE SET NULL,
        case_file uuid REFERENCES case_file ON DELETE SET NULL,
        moderator uuid REFERENCES account ON DELETE SET NULL,
        outcome varchar(5) NOT NULL CHECK (outcome IN ('allow', 'hold', 'block')),
        ground varchar(12) NOT NULL,
        found_by varchar(6) NOT NULL CHECK (found_by IN ('report', 'own', 'copy', 'appeal')),
        text text NOT NULL DEFAULT '',
        visibility_before varchar(7) NOT NULL,
        decided_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX decision_creation ON decision (creation, id)",
    "CREATE INDEX decision_owner ON decision (owner, id)",
    "CREATE UNIQUE INDEX case_file_appealed_once ON case_file (subject) WHERE kind = 'appeal'",
)

BACKWARDS = (
    "DROP INDEX case_file_appealed_once",
    "DROP TABLE decision, report",
    "ALTER TABLE creation DROP CONSTRAINT held_is_private, DROP COLUMN held",
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

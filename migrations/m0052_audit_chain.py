"""The audit log as a chain: a number and a hash for each event, which nobody rewrites once they are there.

Written in SQL like the first tables. tests/test_schema.py compares the result with app/models.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0052"
VERSION = "1.38.0"
DESCRIPTION = "The audit chain"

FORWARDS = (
    "ALTER TABLE audit_event ADD COLUMN number bigint UNIQUE, ADD COLUMN hash varchar(64) NOT NULL DEFAULT ''",
    "CREATE INDEX audit_event_loose ON audit_event (at) WHERE number IS NULL",
    """CREATE FUNCTION refuse_rewriting_audit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'what is in the audit log stays as it is'; END $$""",
    # Sealing is the one change there is. Days in retention.toml end old events, by DELETE and from the front.
    """CREATE TRIGGER audit_is_permanent BEFORE UPDATE ON audit_event FOR EACH ROW
       WHEN (OLD.hash <> '' OR (OLD.actor, OLD.action, OLD.subject, OLD.detail, OLD.at)
             IS DISTINCT FROM (NEW.actor, NEW.action, NEW.subject, NEW.detail, NEW.at))
       EXECUTE FUNCTION refuse_rewriting_audit()""",
)

BACKWARDS = (
    "DROP TRIGGER audit_is_permanent ON audit_event",
    "DROP FUNCTION refuse_rewriting_audit",
    "ALTER TABLE audit_event DROP COLUMN number, DROP COLUMN hash",
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

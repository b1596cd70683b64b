"""The privacy policy in its versions, and who went on under which. PostgreSQL refuses to change what was published."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0081"
VERSION = "1.38.0"
DESCRIPTION = "Versions of the policy"

FORWARDS = (
    """
    CREATE TABLE policy_text (
        id uuid PRIMARY KEY,
        effective_on date NOT NULL,
        language varchar(5) NOT NULL,
        body text NOT NULL CHECK (body <> ''),
        sha256 varchar(64) NOT NULL,
        summary text NOT NULL DEFAULT '',
        material boolean NOT NULL,
        published_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE UNIQUE INDEX policy_text_once ON policy_text (effective_on, language)",
    """
    CREATE FUNCTION policy_is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'published policies are permanent'; END $$""",
    """
    CREATE TRIGGER policy_is_permanent BEFORE UPDATE OR DELETE ON policy_text
    FOR EACH ROW EXECUTE FUNCTION policy_is_permanent()""",
    """
    CREATE TABLE policy_seen (
        id uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        effective_on date NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE UNIQUE INDEX policy_seen_once ON policy_seen (account, effective_on)",
)

BACKWARDS = ("DROP TABLE policy_seen, policy_text", "DROP FUNCTION policy_is_permanent")


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

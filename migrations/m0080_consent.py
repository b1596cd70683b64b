"""Who agreed to what, when and in which words. PostgreSQL itself refuses to rewrite it.

Of a row only the account may be let go of, when its person is erased; what is older than three years may end.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0080"
VERSION = "1.38.0"
DESCRIPTION = "Consent"

FORWARDS = (
    """
    CREATE TABLE consent_event (
        id uuid PRIMARY KEY,
        account uuid REFERENCES account ON DELETE SET NULL,
        visitor varchar(32) NOT NULL DEFAULT '',
        purpose varchar(12) NOT NULL CHECK (purpose IN ('analytics', 'marketing')),
        granted boolean NOT NULL,
        wording varchar(600) NOT NULL CHECK (wording <> ''),
        language varchar(5) NOT NULL,
        source varchar(12) NOT NULL CHECK (source IN ('banner', 'choices', 'account', 'letter', 'gpc')),
        at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX consent_event_of_account ON consent_event (account, purpose, id DESC) WHERE account IS NOT NULL",
    "CREATE INDEX consent_event_of_visitor ON consent_event (visitor, purpose, id DESC) WHERE visitor <> ''",
    """
    CREATE FUNCTION consent_is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '3 years' THEN RETURN OLD; END IF;
        IF TG_OP = 'UPDATE' AND NEW.account IS NULL THEN
            NEW.account := OLD.account;
            IF NEW IS NOT DISTINCT FROM OLD THEN NEW.account := NULL; RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'consent events are permanent';
    END $$""",
    """
    CREATE TRIGGER consent_is_permanent BEFORE UPDATE OR DELETE ON consent_event
    FOR EACH ROW EXECUTE FUNCTION consent_is_permanent()""",
)

BACKWARDS = ("DROP TABLE consent_event", "DROP FUNCTION consent_is_permanent")


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

"""Books that are ten years old are closed, lot by lot: their sums stay and name nobody.

The database itself carries over what it lets go, so that no entry can go without its sum staying.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0090"
VERSION = "1.38.0"
DESCRIPTION = "Closed books"

FORWARDS = (
    """
    CREATE TABLE closed_book (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        year smallint NOT NULL,
        reason varchar(9) NOT NULL,
        source varchar(8) NOT NULL,
        target varchar(8) NOT NULL,
        amount bigint NOT NULL,
        UNIQUE (year, reason)
    )""",
    "CREATE INDEX ledger_entry_lot ON ledger_entry (lot, posted_at)",
    """
    CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Entries go with their person, or into a sum once nothing of their lot has moved for ten years, and in no
        -- other way. What somebody who is still here can still spend is no closed matter, however old it is.
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM account WHERE id = OLD.owner) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT 1 FROM ledger_entry WHERE lot = OLD.lot AND posted_at > now() - interval '3650 days'
        ) AND NOT EXISTS (
            SELECT 1 FROM credit_lot l JOIN account a ON a.id = l.owner
            WHERE l.id = OLD.lot AND l.remaining > 0 AND a.email <> ''
        ) THEN
            INSERT INTO closed_book (year, reason, source, target, amount)
            VALUES (extract(year FROM OLD.posted_at AT TIME ZONE 'UTC'), OLD.reason, OLD.source, OLD.target, OLD.amount)
            ON CONFLICT (year, reason) DO UPDATE SET amount = closed_book.amount + excluded.amount;
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'ledger entries are permanent';
    END $$""",
)

BACKWARDS = (
    """
    CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Entries go with their person and in no other way.
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM account WHERE id = OLD.owner) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'ledger entries are permanent';
    END $$""",
    "DROP INDEX ledger_entry_lot",
    "DROP TABLE closed_book",
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

"""Books that add up: every movement of credits says where from and where to, and which lot the credits are of.

The books of before had one signed amount a line. They are written anew as they would be written now: what an account
had been given is one lot that does not expire, charges are holds, and what of them was not given back is earned.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0010"
VERSION = "1.38.0"
DESCRIPTION = "Books that add up"

FORWARDS = (
    "DROP TRIGGER ledger_is_permanent ON ledger_entry",
    "ALTER TABLE ledger_entry RENAME TO signed_entry",
    "ALTER TABLE signed_entry RENAME CONSTRAINT ledger_entry_pkey TO signed_entry_pkey",
    "ALTER INDEX ledger_entry_owner RENAME TO signed_entry_owner",
    """
    CREATE TABLE ledger_entry (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        lot uuid NOT NULL,
        amount integer NOT NULL CHECK (amount > 0),
        source varchar(8) NOT NULL,
        target varchar(8) NOT NULL,
        reason varchar(9) NOT NULL,
        reference varchar(120) NOT NULL,
        part smallint NOT NULL DEFAULT 0,
        expires_at timestamptz,
        posted_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (reference, reason, part),
        CHECK ((reason, source, target) IN (
            ('daily', 'grants', 'credits'), ('grant', 'grants', 'credits'), ('purchase', 'sales', 'credits'),
            ('hold', 'credits', 'held'), ('capture', 'held', 'revenue'), ('release', 'held', 'credits'),
            ('expire', 'credits', 'expired'), ('refund', 'credits', 'sales'), ('writeoff', 'losses', 'sales'),
            ('freeze', 'credits', 'frozen'), ('unfreeze', 'frozen', 'credits'), ('forfeit', 'frozen', 'sales')
        ))
    )""",
    "CREATE INDEX ledger_entry_owner ON ledger_entry (owner, posted_at DESC, id DESC)",
    "CREATE INDEX ledger_entry_posted ON ledger_entry (posted_at)",
    """
    CREATE TABLE credit_lot (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        reason varchar(9) NOT NULL,
        remaining integer NOT NULL CHECK (remaining >= 0),
        expires_at timestamptz,
        brought_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX credit_lot_spendable ON credit_lot (owner, expires_at NULLS LAST, brought_at) WHERE remaining > 0",
    "CREATE INDEX credit_lot_over ON credit_lot (expires_at) WHERE remaining > 0",
    # The old books, line by line.
    """
    INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference, posted_at)
    SELECT id, owner, first_value(id) OVER (PARTITION BY owner ORDER BY posted_at, id), amount, 'grants', 'credits',
        CASE WHEN reference LIKE 'daily:%' THEN 'daily' ELSE 'grant' END, reference, posted_at
    FROM signed_entry WHERE amount > 0 AND reason <> 'release'""",
    """
    INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference, posted_at)
    SELECT id, owner, (SELECT g.lot FROM ledger_entry g WHERE g.owner = s.owner LIMIT 1), -amount, 'credits', 'held',
        'hold', reference, posted_at FROM signed_entry s WHERE amount < 0""",
    """
    INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference, posted_at)
    SELECT s.id, s.owner, h.lot, s.amount, 'held', 'credits', 'release', h.reference, s.posted_at
    FROM signed_entry s JOIN ledger_entry h ON h.reason = 'hold' AND s.reference = h.reference || ':release'
    WHERE s.reason = 'release'""",
    """
    INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference, posted_at)
    SELECT gen_random_uuid(), h.owner, h.lot, h.amount - coalesce(r.amount, 0), 'held', 'revenue', 'capture',
        h.reference, coalesce(g.finished_at, h.posted_at)
    FROM ledger_entry h LEFT JOIN ledger_entry r ON r.reference = h.reference AND r.reason = 'release'
    LEFT JOIN generation g ON h.reference = 'generation:' || g.id
    WHERE h.reason = 'hold' AND h.amount > coalesce(r.amount, 0)
        AND coalesce(g.status, 'succeeded') NOT IN ('queued', 'running')""",
    """
    INSERT INTO credit_lot (id, owner, reason, remaining, brought_at)
    SELECT e.lot, e.owner, 'grant',
        sum(CASE WHEN e.target = 'credits' THEN e.amount WHEN e.source = 'credits' THEN -e.amount ELSE 0 END),
        min(e.posted_at) FROM ledger_entry e GROUP BY e.lot, e.owner""",
    "DROP TABLE signed_entry",
    "DROP FUNCTION refuse_rewriting",
    # From here on the database itself keeps the books.
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Entries go with their person and in no other way.
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM account WHERE id = OLD.owner) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'ledger entries are permanent';
    END $$""",
    """CREATE TRIGGER ledger_is_permanent BEFORE UPDATE OR DELETE ON ledger_entry
       FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()""",
    """
    CREATE FUNCTION keep_lots() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        change integer := CASE WHEN NEW.target = 'credits' THEN NEW.amount
                               WHEN NEW.source = 'credits' THEN -NEW.amount ELSE 0 END;
    BEGIN
        IF NEW.id = NEW.lot THEN
            INSERT INTO credit_lot (id, owner, reason, remaining, expires_at, brought_at)
            VALUES (NEW.id, NEW.owner, NEW.reason, NEW.amount, NEW.expires_at, NEW.posted_at);
            RETURN NULL;
        END IF;
        UPDATE credit_lot SET remaining = remaining + change WHERE id = NEW.lot AND owner = NEW.owner;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such lot';
        END IF;
        -- Nothing leaves `held` or `frozen` that was not put there under the same reference, from the same lot.
        IF NEW.source IN ('held', 'frozen') AND 0 > (
            SELECT sum(CASE NEW.source WHEN target THEN amount WHEN source THEN -amount ELSE 0 END)
            FROM ledger_entry WHERE reference = NEW.reference AND lot = NEW.lot
        ) THEN
            RAISE EXCEPTION 'more than was held';
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER ledger_keeps_lots AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION keep_lots()",
    # Both sides of every entry, as a bookkeeper reads them: all of them together come to nought.
    """
    CREATE VIEW ledger_side AS
    SELECT id, target AS book, amount, owner, lot, reason, reference, expires_at, posted_at FROM ledger_entry
    UNION ALL SELECT id, source, -amount, owner, lot, reason, reference, expires_at, posted_at FROM ledger_entry""",
    # What a line was priced by stays with the work it was for.
    "ALTER TABLE generation ADD COLUMN rate integer NOT NULL DEFAULT 1000",
    "ALTER TABLE generation ADD COLUMN price_list varchar(20) NOT NULL DEFAULT ''",
)

BACKWARDS = (
    "ALTER TABLE generation DROP COLUMN rate, DROP COLUMN price_list",
    "DROP VIEW ledger_side",
    "DROP TRIGGER ledger_keeps_lots ON ledger_entry",
    "DROP TRIGGER ledger_is_permanent ON ledger_entry",
    "DROP FUNCTION keep_lots",
    """
    CREATE TABLE signed_entry (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        amount integer NOT NULL,
        reason varchar(12) NOT NULL,
        reference varchar(80) NOT NULL UNIQUE,
        posted_at timestamptz NOT NULL DEFAULT now()
    )""",
    """
    INSERT INTO signed_entry
    SELECT min(id::text)::uuid, owner, sum(CASE WHEN target = 'credits' THEN amount ELSE -amount END),
        CASE reason WHEN 'hold' THEN 'charge' WHEN 'daily' THEN 'grant' ELSE reason END,
        left(reference, 70) || CASE WHEN reason IN ('daily', 'grant', 'hold') THEN '' ELSE ':' || reason END,
        min(posted_at)
    FROM ledger_entry WHERE 'credits' IN (source, target) GROUP BY owner, reason, reference""",
    "DROP TABLE ledger_entry, credit_lot",
    "ALTER TABLE signed_entry RENAME TO ledger_entry",
    "ALTER TABLE ledger_entry RENAME CONSTRAINT signed_entry_pkey TO ledger_entry_pkey",
    "CREATE INDEX ledger_entry_owner ON ledger_entry (owner, posted_at DESC)",
    "DROP FUNCTION refuse_rewriting",
    """CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'ledger entries are permanent'; END $$""",
    """CREATE TRIGGER ledger_is_permanent BEFORE UPDATE ON ledger_entry
       FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()""",
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

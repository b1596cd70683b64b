"""What was paid for credits, as Stripe tells it, and what a person has set for spending them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "0011"
VERSION = "1.38.0"
DESCRIPTION = "Payments"

FORWARDS = (
    """
    CREATE TABLE payment (
        id uuid PRIMARY KEY,
        owner uuid NOT NULL REFERENCES account ON DELETE CASCADE,
        kind varchar(6) NOT NULL CHECK (kind IN ('pack', 'plan', 'top_up')),
        offer varchar(30) NOT NULL,
        credits integer NOT NULL CHECK (credits > 0),
        amount integer NOT NULL CHECK (amount > 0),
        currency varchar(3) NOT NULL,
        request_key varchar(64),
        checkout varchar(120) UNIQUE,
        intent varchar(120) UNIQUE,
        invoice varchar(120) UNIQUE,
        status varchar(7) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'over', 'wrong')),
        charged integer NOT NULL DEFAULT 0 CHECK (charged >= 0),
        refunded integer NOT NULL DEFAULT 0 CHECK (refunded >= 0),
        dispute varchar(4) NOT NULL DEFAULT '' CHECK (dispute IN ('', 'open', 'won', 'lost')),
        receipt_url varchar(400) NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        paid_at timestamptz
    )""",
    "CREATE UNIQUE INDEX payment_asked_once ON payment (owner, request_key) WHERE request_key IS NOT NULL",
    "CREATE INDEX payment_owner ON payment (owner, created_at DESC)",
    "CREATE INDEX payment_paid ON payment (paid_at) WHERE paid_at IS NOT NULL",
    """
    CREATE TABLE spending (
        owner uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
        customer varchar(60) UNIQUE,
        monthly_cap integer CHECK (monthly_cap > 0),
        confirm_above integer CHECK (confirm_above > 0),
        top_up_below integer CHECK (top_up_below > 0),
        top_up_offer varchar(30) NOT NULL DEFAULT ''
    )""",
)

BACKWARDS = ("DROP TABLE spending, payment",)


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

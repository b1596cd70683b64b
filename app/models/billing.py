from piccolo.columns import UUID, BigInt, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import BOOKS, MACHINE

# Every reason moves credits from one book to another. PostgreSQL checks the same list.
SIDES = {
    "daily": ("grants", "credits"),
    "grant": ("grants", "credits"),
    "purchase": ("sales", "credits"),
    "hold": ("credits", "held"),
    "capture": ("held", "revenue"),
    "release": ("held", "credits"),
    "expire": ("credits", "expired"),
    "refund": ("credits", "sales"),
    "writeoff": ("losses", "sales"),
    "freeze": ("credits", "frozen"),
    "unfreeze": ("frozen", "credits"),
    "forfeit": ("frozen", "sales"),
}


class LedgerEntry(Table, help_text=N_("Movements of credits")):
    """One movement of credits between two books. Rows are added, never changed, and after ten years a sum takes their
    place. PostgreSQL sees to it."""

    ages_from = "posted_at"

    id = BOOKS(UUID(primary_key=True, default=uuid7))
    owner = BOOKS(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    lot = BOOKS(UUID(help_text="The entry that brought these credits in; its own id if this is the one."))
    amount = BOOKS(Integer(help_text="Always more than none: the books say which way."))
    source = BOOKS(Varchar(8))
    target = BOOKS(Varchar(8))
    reason = BOOKS(Varchar(9, help_text="One of SIDES."))
    reference = BOOKS(Varchar(120, help_text="What for. Once for each reason and part: nothing is posted twice."))
    part = BOOKS(SmallInt(default=0, help_text="A hold may take from several lots."))
    expires_at = BOOKS(Timestamptz(null=True, default=None, help_text="Of what brings credits in; null is never."))
    posted_at = BOOKS(Timestamptz())


class CreditLot(Table, help_text=N_("What is left of your credits")):
    """What is left of what came in together. Kept by a trigger of the ledger alone: a sum made fast, not a truth."""

    ages_from = "brought_at"

    id = BOOKS(UUID(primary_key=True, default=uuid7))
    owner = BOOKS(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    reason = BOOKS(Varchar(9))
    remaining = BOOKS(Integer())
    expires_at = BOOKS(Timestamptz(null=True, default=None))
    brought_at = BOOKS(Timestamptz())


class ClosedBook(Table, help_text=N_("Sums of closed books")):
    """What is left of entries after ten years: how much moved in a year for which reason, and nobody's name. Kept by a
    trigger of the ledger alone."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    year = MACHINE(SmallInt())
    reason = MACHINE(Varchar(9))
    source = MACHINE(Varchar(8))
    target = MACHINE(Varchar(8))
    amount = MACHINE(BigInt())

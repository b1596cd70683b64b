from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, Boolean, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import MACHINE, NOTICE, RECEIPT, TAKEOUT


class Takeout(Table, help_text=N_("Copies of your data that you asked for")):
    """A copy of all that is held about a person: asked for, made by housekeeping, fetched by nobody else."""

    stored_in = "takeouts"

    id = TAKEOUT(UUID(primary_key=True, default=uuid7))
    account = TAKEOUT(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    bytes = TAKEOUT(BigInt(default=0))
    tries = TAKEOUT(SmallInt(default=0))
    asked_at = TAKEOUT(Timestamptz())
    ready_at = TAKEOUT(Timestamptz(null=True, default=None))
    keep_until = TAKEOUT(Timestamptz(null=True, default=None, help_text="Set when it is ready."))


class Leaving(Table, help_text=N_("The record that you asked to be erased")):
    """Somebody's way out. It outlives the person as a number, three moments and what was erased of which kind."""

    ages_from = "asked_at"

    id = RECEIPT(UUID(primary_key=True, default=uuid7))
    account = RECEIPT(ForeignKey(Account, on_delete=OnDelete.cascade, null=False, unique=True))
    asked_at = RECEIPT(Timestamptz())
    erased: Any = RECEIPT(JSONB(default="{}", help_text="How many rows of each table."))
    finished_at = RECEIPT(Timestamptz(null=True, default=None, help_text="Nothing of it is left here since."))


class Errand(Table, help_text=N_("What others were told to erase")):
    """Something that a processor has to forget as well, asked again until there is a receipt."""

    ages_from = "asked_at"

    id = RECEIPT(UUID(primary_key=True, default=uuid7))
    leaving = RECEIPT(
        ForeignKey(Leaving, on_delete=OnDelete.cascade, null=True, default=None, help_text="Null: never came in here.")
    )
    processor = RECEIPT(Varchar(40))
    subject = RECEIPT(
        Varchar(254, help_text="Who it is over there, for as long as it must be asked: the receipt empties it.")
    )
    tries = RECEIPT(SmallInt(default=0))
    asked_at = RECEIPT(Timestamptz())
    next_at = RECEIPT(Timestamptz())
    receipt = RECEIPT(Varchar(400, default=""))
    done_at = RECEIPT(Timestamptz(null=True, default=None))


class IdleNotice(Table, help_text=N_("Letters that asked whether you stay")):
    """One letter of the four, once for each time somebody fell silent."""

    ages_from = "told_at"

    id = NOTICE(UUID(primary_key=True, default=uuid7))
    account = NOTICE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    since = NOTICE(Timestamptz(help_text="When they were last there."))
    day = NOTICE(SmallInt())
    told_at = NOTICE(Timestamptz())


class Sweep(Table):
    """What a night's sweep found, and whether it was too much to touch."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    what = MACHINE(Varchar(80))
    found = MACHINE(Integer())
    of = MACHINE(Integer())
    stopped = MACHINE(Boolean(default=False))
    allowed = MACHINE(Boolean(default=False, help_text="Somebody looked, and lets the next one run."))
    at = MACHINE(Timestamptz())

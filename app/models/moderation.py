from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.cases import Case
from app.models.generations import Creation
from app.models.ids import uuid7
from app.models.inventory import CORRESPONDENCE


class Outcome(StrEnum):
    ALLOW = "allow"
    BLUR = "blur"
    HOLD = "hold"
    BLOCK = "block"


HIDING = (Outcome.HOLD, Outcome.BLOCK)


class Report(Table, help_text=N_("Reports you sent")):
    """What somebody says is wrong with a public piece: the notice of article 16 of the Digital Services Act."""

    ages_from = "received_at"

    id = CORRESPONDENCE(UUID(primary_key=True, default=uuid7))
    creation = CORRESPONDENCE(ForeignKey(Creation, on_delete=OnDelete.set_null, null=True))
    case_file = CORRESPONDENCE(ForeignKey(Case, on_delete=OnDelete.cascade, null=False))
    account = CORRESPONDENCE(ForeignKey(Account, on_delete=OnDelete.set_null, null=True))
    name = CORRESPONDENCE(Varchar(80, default=""))
    address = CORRESPONDENCE(Varchar(254, default=""))
    language = CORRESPONDENCE(Varchar(5, default="en"))
    ground = CORRESPONDENCE(Varchar(12, help_text="A name of domain/grounds.GROUNDS."))
    text = CORRESPONDENCE(Text(default=""))
    received_at = CORRESPONDENCE(Timestamptz())

    whose = "account"


class Decision(Table, help_text=N_("Decisions about your pieces")):
    """What was decided about a piece and why: the statement of reasons of article 17."""

    ages_from = "decided_at"

    id = CORRESPONDENCE(UUID(primary_key=True, default=uuid7))
    owner = CORRESPONDENCE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    creation = CORRESPONDENCE(ForeignKey(Creation, on_delete=OnDelete.set_null, null=True))
    case_file = CORRESPONDENCE(ForeignKey(Case, on_delete=OnDelete.set_null, null=True))
    moderator = CORRESPONDENCE(
        ForeignKey(Account, on_delete=OnDelete.set_null, null=True, help_text="Null once they have left.")
    )
    outcome = CORRESPONDENCE(Varchar(5))
    ground = CORRESPONDENCE(Varchar(12))
    found_by = CORRESPONDENCE(Varchar(6, help_text="report, own, copy of what was decided, appeal, rule"))
    text = CORRESPONDENCE(Text(default="", help_text="Facts and reasons, as its maker reads them."))
    visibility_before = CORRESPONDENCE(Varchar(7, help_text="What it goes back to when an appeal succeeds."))
    decided_at = CORRESPONDENCE(Timestamptz())

    whose = "owner"

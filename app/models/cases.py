from enum import StrEnum

from piccolo.columns import UUID, BigInt, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import CORRESPONDENCE


class CaseState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Case(Table, tablename="case_file", help_text=N_("Requests and messages to us")):
    """Something a person wants from us, with a number and a day by which it is answered. `case` is reserved in SQL."""

    ages_from = "closed_at"

    id = CORRESPONDENCE(UUID(primary_key=True, default=uuid7))
    number = CORRESPONDENCE(BigInt(unique=True))
    kind = CORRESPONDENCE(Varchar(20, help_text="A name of domain/cases.KINDS."))
    state = CORRESPONDENCE(Varchar(8, default=CaseState.OPEN.value, help_text="waiting: for the person, not for us."))
    account = CORRESPONDENCE(ForeignKey(Account, on_delete=OnDelete.set_null, null=True))
    address = CORRESPONDENCE(Varchar(254, default="", help_text="Where the answer goes when there is no account."))
    language = CORRESPONDENCE(Varchar(5, default="en"))
    title = CORRESPONDENCE(Varchar(200, default=""))
    subject = CORRESPONDENCE(
        Varchar(80, default="", help_text="What it is about, such as creation:<id>; empty when nothing of ours.")
    )
    assigned = CORRESPONDENCE(ForeignKey(Account, on_delete=OnDelete.set_null, null=True))
    received_at = CORRESPONDENCE(Timestamptz())
    due_at = CORRESPONDENCE(Timestamptz())
    answered_at = CORRESPONDENCE(Timestamptz(null=True, default=None))
    closed_at = CORRESPONDENCE(Timestamptz(null=True, default=None))


class CaseEvent(Table, help_text=N_("What was written in them")):
    """What was written or done in a case, oldest first."""

    ages_from = "at"

    id = CORRESPONDENCE(UUID(primary_key=True, default=uuid7))
    case_file = CORRESPONDENCE(ForeignKey(Case, on_delete=OnDelete.cascade, null=False))
    kind = CORRESPONDENCE(
        Varchar(10, help_text="message from the person, reply to them, note among ourselves, state changed.")
    )
    actor = CORRESPONDENCE(UUID(null=True, default=None))
    text = CORRESPONDENCE(Text(default=""))
    message_id = CORRESPONDENCE(
        Varchar(250, default="", help_text="Of the mail it came by, so that one mail counts once.")
    )
    at = CORRESPONDENCE(Timestamptz())

from enum import StrEnum

from piccolo.columns import UUID, BigInt, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.models.accounts import Account
from app.models.ids import uuid7


class CaseState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Case(Table, tablename="case_file"):
    """Something a person wants from us, with a number and a day by which it is answered. `case` is reserved in SQL."""

    id = UUID(primary_key=True, default=uuid7)
    number = BigInt(unique=True)
    kind = Varchar(20, help_text="A name of domain/cases.KINDS.")
    state = Varchar(8, default=CaseState.OPEN.value, help_text="waiting: for the person, not for us.")
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    address = Varchar(254, default="", help_text="Where the answer goes when there is no account.")
    language = Varchar(5, default="en")
    title = Varchar(200, default="")
    subject = Varchar(80, default="", help_text="What it is about, such as creation:<id>; empty when nothing of ours.")
    assigned = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    received_at = Timestamptz()
    due_at = Timestamptz()
    answered_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)


class CaseEvent(Table):
    """What was written or done in a case, oldest first."""

    id = UUID(primary_key=True, default=uuid7)
    case_file = ForeignKey(Case, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(10, help_text="message from the person, reply to them, note among ourselves, state changed.")
    actor = UUID(null=True, default=None)
    text = Text(default="")
    message_id = Varchar(250, default="", help_text="Of the mail it came by, so that one mail counts once.")
    at = Timestamptz()

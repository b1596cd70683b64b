from enum import StrEnum
from typing import Any

from piccolo.columns import JSONB, UUID, Boolean, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from app.models.accounts import Account
from app.models.ids import uuid7


class Channel(StrEnum):
    APP = "app"
    MAIL = "mail"
    PUSH = "push"


class Notice(Table):
    """One thing told to one person by one channel: written where it happened, sent by housekeeping."""

    id = UUID(primary_key=True, default=uuid7)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True)
    channel = Varchar(4)
    kind = Varchar(40)
    facts: Any = JSONB(default="{}", help_text="What the sentences are filled with; emptied once a mail is out.")
    address = Varchar(254, default="", help_text="Of a mail to somebody without an account, or to an address left.")
    language = Varchar(5, default="en")
    created_at = Timestamptz()
    due_at = Timestamptz(help_text="When it is to be tried next; moved ahead by whoever tries, which is the lease.")
    tries = SmallInt(default=0)
    sent_at = Timestamptz(null=True, default=None)
    given_up_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)


class NoticeChoice(Table):
    """Where a person wants it otherwise than the kind says."""

    id = UUID(primary_key=True, default=uuid7)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(40)
    channel = Varchar(4)
    wanted = Boolean()


class PushDevice(Table):
    """A browser that asked to be told while nobody looks at it."""

    id = UUID(primary_key=True, default=uuid7)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    endpoint = Varchar(800, unique=True)
    public_key = Varchar(120)
    secret = Varchar(40)
    created_at = Timestamptz()

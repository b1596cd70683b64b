from enum import StrEnum
from typing import Any

from piccolo.columns import JSONB, UUID, Boolean, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account, Session
from app.models.ids import uuid7
from app.models.inventory import DEVICE, DEVICE_SECRET, NOTICE, TASTE


class Channel(StrEnum):
    APP = "app"
    MAIL = "mail"
    PUSH = "push"


class Notice(Table, help_text=N_("Notices to you")):
    """One thing told to one person by one channel: written where it happened, sent by housekeeping."""

    ages_from = "created_at"

    id = NOTICE(UUID(primary_key=True, default=uuid7))
    account = NOTICE(ForeignKey(Account, on_delete=OnDelete.cascade, null=True))
    channel = NOTICE(Varchar(4))
    kind = NOTICE(Varchar(40))
    facts: Any = NOTICE(
        JSONB(default="{}", help_text="What the sentences are filled with; emptied once a mail is out.")
    )
    address = NOTICE(
        Varchar(254, default="", help_text="Of a mail to somebody without an account, or to an address left.")
    )
    language = NOTICE(Varchar(5, default="en"))
    created_at = NOTICE(Timestamptz())
    due_at = NOTICE(
        Timestamptz(help_text="When it is to be tried next; moved ahead by whoever tries, which is the lease.")
    )
    tries = NOTICE(SmallInt(default=0))
    sent_at = NOTICE(Timestamptz(null=True, default=None))
    given_up_at = NOTICE(Timestamptz(null=True, default=None))
    read_at = NOTICE(Timestamptz(null=True, default=None))


class NoticeChoice(Table, help_text=N_("How you want to be told")):
    """Where a person wants it otherwise than the kind says."""

    id = TASTE(UUID(primary_key=True, default=uuid7))
    account = TASTE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    kind = TASTE(Varchar(40))
    channel = TASTE(Varchar(4))
    wanted = TASTE(Boolean())


class PushDevice(Table, help_text=N_("Devices that are told")):
    """A browser that its person allowed to be told. It goes with the sign-in it was allowed in."""

    id = DEVICE(UUID(primary_key=True, default=uuid7))
    account = DEVICE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    session = DEVICE(ForeignKey(Session, on_delete=OnDelete.cascade, null=False))
    endpoint = DEVICE_SECRET(Varchar(800, unique=True, help_text="Where its maker's service takes what is for it."))
    public_key = DEVICE_SECRET(Varchar(120))
    secret = DEVICE_SECRET(Varchar(40))
    created_at = DEVICE(Timestamptz())

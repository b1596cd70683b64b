from piccolo.columns import UUID, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import NOTICE, WORK_SECRET, WORK_TOLD


class Webhook(Table, help_text=N_("Addresses that you gave us for your programs")):
    """Where a person wants to be told that their work has ended."""

    id = WORK_TOLD(UUID(primary_key=True, default=uuid7))
    account = WORK_TOLD(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    url = WORK_TOLD(Varchar(400))
    events = WORK_TOLD(Varchar(120, help_text="Words of app/domain/hooks.py with spaces between."))
    secret = WORK_SECRET(Varchar(200, help_text="Signs what is sent; locked by the studio's own key."))
    former_secret = WORK_SECRET(
        Varchar(200, default="", help_text="The one before, until its programs know the new one.")
    )
    former_until = WORK_TOLD(Timestamptz(null=True, default=None, help_text="Until then both sign."))
    created_at = WORK_TOLD(Timestamptz())
    off_at = WORK_TOLD(Timestamptz(null=True, default=None, help_text="Switched off by its person, or by us."))


class Delivery(Table, help_text=N_("What your addresses were told")):
    """One thing told to one address: written where it happened, sent by housekeeping. Ids only, no words."""

    ages_from = "created_at"

    id = NOTICE(UUID(primary_key=True, default=uuid7))
    webhook = NOTICE(ForeignKey(Webhook, on_delete=OnDelete.cascade, null=False))
    event = NOTICE(Varchar(24))
    generation = NOTICE(UUID(null=True, default=None))
    created_at = NOTICE(Timestamptz())
    due_at = NOTICE(Timestamptz(help_text="When it is tried next; moved ahead by whoever tries, which is the lease."))
    tries = NOTICE(SmallInt(default=0))
    status = NOTICE(SmallInt(default=0, help_text="What the last try was answered; 0 for nothing."))
    trouble = NOTICE(Varchar(5, default="", help_text="Why nothing: a word of app/strangers.py."))
    delivered_at = NOTICE(Timestamptz(null=True, default=None))
    given_up_at = NOTICE(Timestamptz(null=True, default=None))

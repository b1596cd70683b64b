from piccolo.columns import UUID, Boolean, Date, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import CONSENT, MACHINE


class PolicyText(Table):
    """One version of the privacy policy in one language, as it was published: never changed afterwards."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    effective_on = MACHINE(Date(default=None))
    language = MACHINE(Varchar(5))
    body = MACHINE(Text(help_text="HTML of our own, from policies/."))
    sha256 = MACHINE(Varchar(64))
    summary = MACHINE(Text(help_text="What is different, in plain words."))
    material = MACHINE(Boolean())
    published_at = MACHINE(Timestamptz())


class PolicySeen(Table, help_text=N_("Under which versions of the policy you went on")):
    """Somebody went on using the studio under a version. It is never a yes to anything optional."""

    ages_from = "at"

    id = CONSENT(UUID(primary_key=True, default=uuid7))
    account = CONSENT(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    effective_on = CONSENT(Date(default=None))
    at = CONSENT(Timestamptz())

from piccolo.columns import UUID, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import MEASURED


class Measured(Table, help_text=N_("Steps to be counted")):
    """Something that somebody agreed to have counted, until it was told: that it happened, and to nobody."""

    ages_from = "at"

    id = MEASURED(UUID(primary_key=True, default=uuid7))
    account = MEASURED(ForeignKey(Account, on_delete=OnDelete.cascade, null=True, default=None))
    visitor = MEASURED(
        Varchar(32, default="", help_text="The consent cookie's random word, where nobody is signed in.")
    )
    name = MEASURED(Varchar(24, help_text="One of domain/measuring.NAMES."))
    at = MEASURED(Timestamptz())

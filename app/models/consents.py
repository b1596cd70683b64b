from enum import StrEnum

from piccolo.columns import UUID, Boolean, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import CONSENT


class Question(StrEnum):
    """What may happen only if somebody agrees to it."""

    ANALYTICS = "analytics"
    MARKETING = "marketing"


class ConsentEvent(Table, help_text=N_("What you agreed to, and what not")):
    """One yes or no, with the words that were read. Rows are added, never changed: the newest one counts."""

    ages_from = "at"

    id = CONSENT(UUID(primary_key=True, default=uuid7))
    account = CONSENT(ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None))
    visitor = CONSENT(
        Varchar(32, default="", help_text="Random, from the browser's consent cookie; says nothing else.")
    )
    purpose = CONSENT(Varchar(12))
    granted = CONSENT(Boolean())
    wording = CONSENT(Varchar(600, help_text="The sentence that was shown, as it was shown."))
    language = CONSENT(Varchar(5))
    source = CONSENT(Varchar(12, help_text="banner, choices, account, letter or gpc."))
    at = CONSENT(Timestamptz())

from piccolo.columns import UUID, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import BOOKS


class LedgerEntry(Table):
    """One signed movement of credits. Rows are added, never changed; a balance is their sum."""

    ages_from = "posted_at"

    id = BOOKS(UUID(primary_key=True, default=uuid7))
    owner = BOOKS(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    amount = BOOKS(Integer())
    reason = BOOKS(Varchar(12, help_text="grant, charge, release"))
    reference = BOOKS(Varchar(80, unique=True, help_text="Makes posting the same movement twice impossible."))
    posted_at = BOOKS(Timestamptz())

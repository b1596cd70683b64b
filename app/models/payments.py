from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import BOOKS, PAYMENT, PROOF


class Sale(StrEnum):
    PACK = "pack"
    PLAN = "plan"
    TOP_UP = "top_up"


class Payment(Table, help_text=N_("What you bought")):
    """Something bought, as Stripe last told of it. What it brought is in the ledger, under `stripe:<id>`."""

    ages_from = "created_at"

    id = BOOKS(UUID(primary_key=True, default=uuid7))
    owner = BOOKS(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    kind = BOOKS(Varchar(6))
    offer = BOOKS(Varchar(30, help_text="Its id in the price list of that day."))
    credits = BOOKS(Integer())
    amount = BOOKS(Integer(help_text="Before discount and tax, in the currency's smallest unit."))
    currency = BOOKS(Varchar(3))
    request_key = PAYMENT(Varchar(64, null=True, default=None, help_text="The form's own id: a replay finds this row."))
    checkout = BOOKS(Varchar(120, null=True, default=None, unique=True))
    intent = BOOKS(Varchar(120, null=True, default=None, unique=True))
    invoice = BOOKS(Varchar(120, null=True, default=None, unique=True))
    status = BOOKS(Varchar(7, default="open", help_text="open, paid, over (never paid), wrong (not what was agreed)"))
    charged = BOOKS(Integer(default=0, help_text="What was really paid, discount and tax included."))
    refunded = BOOKS(Integer(default=0))
    dispute = BOOKS(Varchar(4, default="", help_text="open, won, lost; empty while nobody disputes it."))
    receipt_url = BOOKS(Varchar(400, default=""))
    created_at = BOOKS(Timestamptz())
    opened_at = PAYMENT(Timestamptz(null=True, default=None, help_text="When its page was first asked for."))
    paid_at = BOOKS(Timestamptz(null=True, default=None))


class Spending(Table, help_text=N_("What you have set about spending")):
    """What a person has set about spending. No row is nothing set."""

    owner = PROOF(ForeignKey(Account, primary_key=True, on_delete=OnDelete.cascade, null=False))
    customer = PROOF(Varchar(60, null=True, default=None, unique=True, help_text="Stripe's id of the person."))
    monthly_cap = PROOF(Integer(null=True, default=None))
    confirm_above = PROOF(Integer(null=True, default=None))
    top_up_below = PROOF(Integer(null=True, default=None, help_text="Null: no card is ever charged unasked."))
    top_up_offer = PROOF(Varchar(30, default=""))

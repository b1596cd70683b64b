"""What a person lets themselves spend: a cap for each month, a question above a price, a word before the end, a card
that is charged when credits run low. Nothing of it is on unless they chose it, except the word."""

from typing import Any, Literal
from uuid import UUID

from app.domain import notices
from app.errors import N_, InsufficientCredits, Invalid, Unconfirmed
from app.models import LedgerEntry, Spending

LOW = 50
"Credits below which one is told, once each time."
MOST = 10_000_000
FIELDS = ("monthly_cap", "confirm_above", "top_up_below")


async def of(account_id: UUID) -> Spending:
    return await Spending.objects().get(Spending.owner == account_id) or Spending(owner=account_id)


async def change(account_id: UUID, typed: dict[str, str], offers: set[str]) -> None:
    """Each a whole number or empty for none. A card is charged only by an offer that was chosen for it."""
    values: dict[str, Any] = {field: _number(typed.get(field, ""), field) for field in FIELDS}
    offer = typed.get("top_up_offer", "") if values["top_up_below"] else ""
    if values["top_up_below"] and offer not in offers:
        raise Invalid(N_("This is not one of the choices."), field="top_up_offer")
    await Spending.raw(
        "INSERT INTO spending (owner, monthly_cap, confirm_above, top_up_below, top_up_offer)"
        " VALUES ({}, {}, {}, {}, {})"
        " ON CONFLICT (owner) DO UPDATE SET monthly_cap = excluded.monthly_cap,"
        " confirm_above = excluded.confirm_above, top_up_below = excluded.top_up_below,"
        " top_up_offer = excluded.top_up_offer",
        account_id, *values.values(), offer,
    )  # fmt: skip


def charges_anew(chosen: Spending, typed: dict[str, str]) -> bool:
    """Whether a card would be charged that was not, or otherwise than was said yes to."""
    below, offer = typed.get("top_up_below", "").strip(), typed.get("top_up_offer", "")
    return bool(below) and (below, offer) != (str(chosen.top_up_below), chosen.top_up_offer)


async def check(account_id: UUID, price: int, confirmed: int | Literal[True]) -> None:
    """Refuse what they told us to refuse. Call inside the transaction that holds the credits, after the holding.

    confirmed: the price they said yes to, or True for whatever it costs.
    """
    chosen = await of(account_id)
    if chosen.confirm_above and price > chosen.confirm_above and not (confirmed is True or confirmed == price):
        raise Unconfirmed(
            N_("This costs {price} credits. Press Create once more if that is what you want."),
            field="confirmed", price=price, limit=chosen.confirm_above,
        )  # fmt: skip
    if chosen.monthly_cap:
        spent = await spent_this_month(account_id)
        if spent > chosen.monthly_cap:
            raise InsufficientCredits(
                N_("Your own limit for a month is {cap} credits, of which {spent} are spent. You can change it."),
                cap=chosen.monthly_cap, spent=max(0, spent - price),
            )  # fmt: skip


async def spent_this_month(account_id: UUID) -> int:
    """What was held since the first of the month, without what came back."""
    rows = await LedgerEntry.raw(
        "SELECT coalesce(sum(CASE reason WHEN 'hold' THEN amount ELSE -amount END), 0) AS spent FROM ledger_entry"
        " WHERE owner = {} AND reason IN ('hold', 'release') AND posted_at >= date_trunc('month', now(), 'UTC')",
        account_id,
    )
    return max(0, int(rows[0]["spent"]))


async def warn(account_id: UUID, before: int, left: int) -> None:
    """Once each time that they run low. Call inside the transaction that took them."""
    if left < LOW <= before:
        await notices.tell(account_id, "money.low", left=left)


def _number(text: str, field: str) -> int | None:
    """int() reads Arabic digits too."""
    text = text.strip()
    if not text:
        return None
    try:
        value = int(text) if len(text) < 20 else 0
    except ValueError:
        value = 0
    if not 0 < value <= MOST:
        raise Invalid(N_("A whole number from 1 to {most}, or nothing."), field=field, most=MOST)
    return value

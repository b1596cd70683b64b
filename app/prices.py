"""What things cost: read once from the price list, checked, and named in every generation that it priced."""

import tomllib
from functools import cache
from typing import Annotated

import msgspec

from app import settings

Positive = Annotated[int, msgspec.Meta(gt=0, le=1_000_000_000)]
UNIT = 1_000_000_000
"Work times rate that comes to one credit: a million units of work at a thousand thousandths."


class Offer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Credits for money. The amount is in the currency's smallest unit, as Stripe counts."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,30}$")]
    credits: Positive
    amount: Positive
    currency: Annotated[str, msgspec.Meta(pattern="^[a-z]{3}$")]
    name: dict[str, str]


class PriceList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    list: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    rate: Positive
    rates: dict[str, Positive] = {}
    packs: tuple[Offer, ...] = msgspec.field(name="pack", default=())
    plans: tuple[Offer, ...] = msgspec.field(name="plan", default=())


@cache
def current() -> PriceList:
    path = settings.get().prices
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), PriceList)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SystemExit(f"A setting is wrong: PRICES: {path} cannot be read: {error}") from None
    offers = [offer.id for offer in (*found.packs, *found.plans)]
    if len(set(offers)) < len(offers):
        raise SystemExit(f"A setting is wrong: PRICES: {path} has two offers of one id.")
    return found


def rate_of(model: str) -> int:
    return current().rates.get(model, current().rate)


def price(work: int, rate: int) -> int:
    """Whole credits, rounded up, at least one."""
    return max(1, -(-work * rate // UNIT))

"""Ten years later: the sums of the books stay and name nobody, and what Alice can still spend is hers."""

from datetime import timedelta

import asyncpg
import pytest

from app.domain import books, credits, leaving, settling
from app.models import CreditLot, LedgerEntry, Payment
from tests.payments.conftest import Shop
from tests.people import Person, finished, spend

pytestmark = [pytest.mark.policy("P30"), pytest.mark.policy("P48")]

A_DAY_SHORT = timedelta(days=3649)
TEN_YEARS = timedelta(days=3651)


async def goes_by(time: timedelta) -> None:
    """Everything is so much older. The ledger would refuse, so for this its trigger is away."""
    await LedgerEntry.raw("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_is_permanent")
    await LedgerEntry.raw("UPDATE ledger_entry SET posted_at = posted_at - {}::interval", time)
    await LedgerEntry.raw("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_is_permanent")
    await CreditLot.raw("UPDATE credit_lot SET brought_at = brought_at - {}::interval", time)
    await Payment.raw("UPDATE payment SET created_at = created_at - {}::interval", time)
    await Payment.raw("UPDATE generation SET finished_at = finished_at - {}::interval", time)


async def bought(shop: Shop, key: str) -> Payment:
    payment = await shop.pay(key=key)
    await settling.follow(payment.id)
    return payment


async def lots_of(person: Person) -> list[str]:
    return await (
        CreditLot.select(CreditLot.reason).where(CreditLot.owner == person.me)
        .order_by(CreditLot.reason).output(as_list=True)
    )  # fmt: skip


async def test_what_is_over_becomes_sums_and_what_is_left_is_still_hers(shop: Shop, bob: Person):
    await credits.bring_in(shop.alice.me, 10, "grant", "gift")
    kept, his = await bought(shop, "hers"), await bought(Shop(bob, shop.stripe), "his")
    begun = await shop.begin(key="never paid")
    await finished(shop.alice.me)
    await spend(shop.alice.me, await credits.balance(shop.alice.me) - 700)
    await spend(bob.me, 4000)
    await leaving.begin(bob.me)
    await leaving.finish(bob.me)
    before = await books.totals()

    await goes_by(A_DAY_SHORT)
    await books.close()
    assert await lots_of(shop.alice) == ["daily", "grant", "purchase"] and await lots_of(bob) == ["purchase"]

    await goes_by(TEN_YEARS - A_DAY_SHORT)
    for _ in range(2):
        await books.close()

    assert await books.totals() == before and sum(before.values()) == 0
    assert await books.check() == []
    assert await credits.balance(shop.alice.me) == 700 and await lots_of(shop.alice) == ["purchase"]
    assert {entry.owner for entry in await LedgerEntry.objects()} == {shop.alice.me}
    assert [payment.id for payment in await Payment.objects()] == [kept.id]
    sums = await LedgerEntry.raw("SELECT * FROM closed_book")
    assert sums and not any(str(name) in str(sums) for name in (bob.me, his.id, begun.id, shop.alice.me))


async def test_no_entry_goes_sooner_or_without_its_sum(shop: Shop):
    await credits.bring_in(shop.alice.me, 10, "grant", "gift")
    await spend(shop.alice.me, 10)
    await credits.bring_in(shop.alice.me, 5, "grant", "left")
    await goes_by(A_DAY_SHORT)
    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.delete(force=True)

    await goes_by(TEN_YEARS - A_DAY_SHORT)
    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.delete(force=True)  # she has some of them left
    before = await books.totals()
    await spend(shop.alice.me, 1)
    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.delete().where(LedgerEntry.reference == "left")
    await LedgerEntry.delete().where(LedgerEntry.reference == "gift")

    assert (await books.totals())["grants"] == before["grants"]

"""What comes in is a lot, what is held comes back or is earned, nothing is posted twice, and what was posted stays."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from app import db, prices, settings
from app.domain import accounts, books, credits
from app.errors import InsufficientCredits
from app.models import Account, CreditLot, LedgerEntry
from app.models.ids import uuid7
from tests.people import Person, asked, spend
from tests.services import run_app

SOON, LATER = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, 2))


async def hold(owner: UUID, amount: int, reference: str) -> None:
    async with db.transaction():
        await credits.hold(owner, amount, reference)


async def settle(owner: UUID, used: int, reference: str) -> None:
    async with db.transaction():
        await credits.settle(owner, used, reference)


async def remaining(owner: UUID) -> dict[str, int]:
    """Of each lot, by what brought it."""
    rows = await LedgerEntry.raw(
        "SELECT e.reference, l.remaining FROM credit_lot l JOIN ledger_entry e ON e.id = l.id WHERE l.owner = {}", owner
    )
    return {row["reference"]: row["remaining"] for row in rows}


async def pass_time(reference: str) -> None:
    """As if the lot's time were over; the trigger that guards the entries does not guard the lots."""
    await CreditLot.raw(
        "UPDATE credit_lot SET expires_at = now() - interval '1 minute'"
        " WHERE id = (SELECT id FROM ledger_entry WHERE reference = {})",
        reference,
    )


async def test_the_daily_grant_comes_once_a_day(alice: Person):
    await asyncio.gather(*(credits.grant_daily(alice.me) for _ in range(10)))
    grant = settings.get().daily_credits
    assert await credits.balance(alice.me) == grant

    await spend(alice.me, 30)
    await credits.grant_daily(alice.me)

    assert await credits.balance(alice.me) == grant - 30


async def test_unused_daily_credits_do_not_pile_up_and_what_is_bought_does_not_count(alice: Person):
    await credits.bring_in(alice.me, 120, "daily", f"daily:{alice.me}:2020-01-01", LATER)
    await credits.bring_in(alice.me, 9000, "purchase", "stripe:pi_1")

    await credits.grant_daily(alice.me)

    assert await credits.balance(alice.me) == settings.get().daily_credits + 9000


async def test_the_same_reference_moves_credits_once(alice: Person):
    assert await credits.bring_in(alice.me, 5, "grant", "gift")
    assert not await credits.bring_in(alice.me, 5, "grant", "gift")

    assert await credits.balance(alice.me) == 5
    assert await CreditLot.count() == 1


async def test_those_that_expire_first_are_spent_first_and_come_back_last(alice: Person):
    await credits.bring_in(alice.me, 10, "purchase", "never")
    await credits.bring_in(alice.me, 10, "grant", "later", LATER)
    await credits.bring_in(alice.me, 10, "daily", "soon", SOON)

    await hold(alice.me, 25, "fox")
    assert await remaining(alice.me) == {"soon": 0, "later": 0, "never": 5}
    await settle(alice.me, 12, "fox")

    assert await remaining(alice.me) == {"soon": 0, "later": 8, "never": 10}
    assert await books.check() == []


async def test_a_hold_ends_once(alice: Person):
    await credits.bring_in(alice.me, 10, "grant", "gift")
    await hold(alice.me, 10, "fox")
    await settle(alice.me, 4, "fox")
    await settle(alice.me, 4, "fox")

    assert await credits.balance(alice.me) == 6


async def test_the_database_gives_back_no_more_than_was_held(alice: Person):
    await credits.bring_in(alice.me, 10, "grant", "gift")
    await hold(alice.me, 4, "fox")
    [lot] = await CreditLot.objects()

    with pytest.raises(asyncpg.RaiseError, match="more than was held"):
        await credits.post(alice.me, lot.id, 5, "release", "fox")
    await settle(alice.me, 4, "fox")
    with pytest.raises(asyncpg.RaiseError, match="more than was held"):
        await credits.post(alice.me, lot.id, 1, "release", "fox", part=7)


async def test_what_is_over_is_neither_counted_nor_spent_and_then_goes(alice: Person):
    await credits.bring_in(alice.me, 10, "daily", "old", SOON)
    await credits.bring_in(alice.me, 5, "purchase", "bought")
    await pass_time("old")

    assert await credits.balance(alice.me) == 5
    with pytest.raises(InsufficientCredits):
        await hold(alice.me, 6, "fox")
    assert (await credits.expire(), await credits.expire()) == (10, 0)
    assert await books.totals() == {"credits": 5, "expired": 10, "grants": -10, "sales": -5}


async def test_what_comes_back_to_a_lot_that_is_over_goes_as_well(alice: Person):
    await credits.bring_in(alice.me, 10, "daily", "old", SOON)
    await hold(alice.me, 4, "fox")
    await pass_time("old")
    assert await credits.expire() == 6
    await settle(alice.me, 0, "fox")

    assert await credits.expire() == 4
    assert await books.check() == []


async def test_twenty_sockets_cannot_spend_the_same_last_credit(alice: Person):
    await credits.bring_in(alice.me, 3, "grant", "gift")

    ends = await asyncio.gather(*(spend(alice.me, 1) for _ in range(20)), return_exceptions=True)

    assert sum(end is None for end in ends) == 3
    assert all(end is None or isinstance(end, InsufficientCredits) for end in ends)
    assert await credits.balance(alice.me) == 0 and await books.check() == []


async def test_an_entry_is_never_rewritten_and_goes_with_its_person_only(alice: Person, bob: Person):
    await credits.bring_in(alice.me, 5, "grant", "gift")
    await credits.bring_in(bob.me, 5, "grant", "his")
    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.update({LedgerEntry.amount: 500}, force=True)
    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.delete(force=True)

    await Account.delete().where(Account.id == alice.me)

    assert [entry.reference for entry in await LedgerEntry.objects()] == ["his"]
    assert await books.check() == []


@pytest.mark.parametrize("amount", [0, -5, 2**31, 10**30])
async def test_no_movement_is_negative_empty_or_huge(alice: Person, amount: int):
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.DataError)):
        await credits.bring_in(alice.me, amount, "grant", "gift")
    assert await credits.balance(alice.me) == 0


async def test_a_reason_fits_its_books(alice: Person):
    with pytest.raises(asyncpg.CheckViolationError):
        await LedgerEntry.raw(
            "INSERT INTO ledger_entry (id, owner, lot, amount, source, target, reason, reference)"
            " VALUES ({}, {}, {}, 5, 'sales', 'credits', 'grant', 'x')",
            uuid7(), alice.me, uuid7(),
        )  # fmt: skip


async def test_nobody_spends_somebody_elses_lot(alice: Person, bob: Person):
    await credits.bring_in(bob.me, 5, "grant", "his")
    [lot] = await CreditLot.objects()

    with pytest.raises(asyncpg.RaiseError, match="no such lot"):
        await credits.post(alice.me, lot.id, 5, "hold", "fox")


async def test_the_statement_tells_every_movement_newest_first_and_nobody_elses(alice: Person, bob: Person):
    await credits.bring_in(alice.me, 5, "grant", "gift")
    await credits.bring_in(alice.me, 5, "grant", "second gift")
    await hold(alice.me, 7, "fox")
    await settle(alice.me, 4, "fox")
    await credits.bring_in(bob.me, 9, "grant", "his")

    assert [entry["change"] for entry in await credits.statement(alice.me)] == [3, -7, 5, 5]


@pytest.mark.parametrize(("work", "price"), [(1, 1), (1_000_000, 1), (1_000_001, 2), (50_000_000, 50)])
def test_a_million_pixel_steps_are_one_credit(work: int, price: int):
    assert prices.price(work, 1000) == price


async def test_a_generation_keeps_what_it_was_priced_by(alice: Person):
    row = await asked(alice.me)

    assert (row.rate, row.price_list) == (prices.current().rate, prices.current().list)
    assert row.cost == prices.price(row.work, row.rate)


async def test_the_check_finds_what_does_not_add_up(alice: Person):
    row = await asked(alice.me)
    assert run_app("credits", "check").returncode == 0
    await CreditLot.raw("UPDATE credit_lot SET remaining = remaining + 1")
    await hold(alice.me, 2, f"generation:{uuid4()}")
    await CreditLot.raw("UPDATE generation SET status = 'succeeded' WHERE id = {}", row.id)

    found = run_app("credits", "check")

    assert found.returncode == 1
    for words in ("its entries come to", "nothing is being made for them", "credits of"):
        assert words in found.stdout
    assert "do not add up" in found.stdout


async def test_a_new_person_has_nothing(alice: Person):
    account = await accounts.get(alice.me)
    assert await credits.balance(account.id) == 0 and await credits.statement(account.id) == []

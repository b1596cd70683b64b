"""A balance is a sum; nothing is posted twice; what was posted stays."""

import asyncio

import asyncpg
import pytest

from app import settings
from app.domain import credits
from app.models import LedgerEntry
from tests.people import Person


async def test_the_daily_grant_comes_once_a_day(alice: Person):
    await asyncio.gather(*(credits.grant_daily(alice.me) for _ in range(10)))
    grant = settings.get().daily_credits
    assert await credits.balance(alice.me) == grant

    await credits.post(alice.me, -30, "charge", "test:1")
    await credits.grant_daily(alice.me)

    assert await credits.balance(alice.me) == grant - 30


async def test_unused_credits_do_not_pile_up(alice: Person):
    await credits.post(alice.me, 120, "grant", f"daily:{alice.me}:2020-01-01")

    await credits.grant_daily(alice.me)

    assert await credits.balance(alice.me) == settings.get().daily_credits


async def test_the_same_reference_moves_credits_once(alice: Person):
    assert await credits.post(alice.me, 5, "grant", "gift")
    assert not await credits.post(alice.me, 5, "grant", "gift")

    assert await credits.balance(alice.me) == 5


async def test_an_entry_is_never_rewritten(alice: Person):
    await credits.post(alice.me, 5, "grant", "gift")

    with pytest.raises(asyncpg.RaiseError, match="permanent"):
        await LedgerEntry.update({LedgerEntry.amount: 500}, force=True)


async def test_the_statement_tells_every_movement_newest_first_and_nobody_elses(alice: Person, bob: Person):
    await credits.post(alice.me, 5, "grant", "gift")
    await credits.post(alice.me, -2, "charge", "fox")
    await credits.post(bob.me, 9, "grant", "his")

    assert [entry["amount"] for entry in await credits.statement(alice.me)] == [-2, 5]


@pytest.mark.parametrize(("work", "price"), [(1, 1), (1_000_000, 1), (1_000_001, 2), (50_000_000, 50)])
def test_a_million_pixel_steps_are_one_credit(work: int, price: int):
    assert credits.price(work) == price

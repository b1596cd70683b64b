"""Every webhook ten times, shuffled, twenty at once, forged ones between, one never delivered; and whoever follows a
payment killed at every moment at which it waits."""

import asyncio
import itertools
import random
import time
from collections.abc import Coroutine, Generator
from typing import Any

import pytest

from app.domain import books, credits, payments, settling
from app.models import LedgerEntry
from tests.payments.conftest import Shop
from tests.payments.server import StandIn
from tests.people import Person, spend

TIMES, AT_ONCE = 10, 20
WEATHER = random.Random(7)


async def happenings(shop: Shop) -> dict[str, int]:
    """Things that people and banks did, and what of each payment's credits is left when all is told."""
    bank, left = shop.stripe.bank, {}
    for number, what in enumerate(("kept", "kept", "refunded", "half", "won", "lost", "missed")):
        payment = await shop.pay(key=f"form-{number}")
        intent = bank.get(str(payment.checkout))["payment_intent"]
        if what == "refunded":
            bank.refund(intent)
        elif what == "half":
            bank.refund(intent, 250)
        elif what in ("won", "lost"):
            bank.decide(bank.dispute(intent)["id"], what)
        left[str(payment.id)] = {"refunded": 0, "half": 2500, "lost": 0}.get(what, 5000)
    return left


async def lots(person: Person) -> dict[str, int]:
    rows = await LedgerEntry.raw(
        "SELECT e.reference, l.remaining FROM credit_lot l JOIN ledger_entry e ON e.id = l.id WHERE l.owner = {}",
        person.me,
    )
    return {row["reference"].removeprefix("stripe:"): row["remaining"] for row in rows}


@pytest.mark.policy("P38")
async def test_the_storm(shop: Shop):
    left = await happenings(shop)
    missed = list(left)[-1]
    events = [event for event in shop.stripe.bank.events if missed not in str(event)]
    letters: list[tuple[dict, dict]] = [(event, {}) for event in events for _ in range(TIMES)]
    letters += [
        (event, forged) for event in events for forged in ({"secret": "whsec_forged"}, {"at": time.time() - 301})
    ]
    WEATHER.shuffle(letters)
    door = asyncio.Semaphore(AT_ONCE)

    async def deliver(event: dict, signing: dict) -> tuple[bool, int]:
        async with door:
            return bool(signing), await shop.tell(event, **signing)

    answers = await asyncio.gather(*(deliver(*letter) for letter in letters))

    assert {status for forged, status in answers if forged} == {400}
    assert {status for forged, status in answers if not forged} == {200}
    expected = {name: credits_left for name, credits_left in left.items() if name != missed}
    assert await lots(shop.alice) == expected
    await settling.reconcile()
    assert await lots(shop.alice) == left
    totals = await books.totals()
    assert totals["sales"] == -sum(left.values()) and sum(totals.values()) == 0
    assert await books.check() == []


class Ended:
    """Awaits something and ends it when it waits for the so-manieth time. True if it came to its own end before."""

    def __init__(self, moment: int, doing: Coroutine[Any, Any, None]) -> None:
        self.moment, self.doing = moment, doing

    def __await__(self) -> Generator[Any, Any, bool]:
        task, answer = asyncio.current_task(), None
        assert task is not None
        step: Any = self.doing.send
        for waits in itertools.count(1):
            try:
                waiting = step(answer)
            except StopIteration:
                return waits <= self.moment
            except asyncio.CancelledError:
                task.uncancel()
                return False
            if waits == self.moment:
                task.cancel()
            try:
                step, answer = self.doing.send, (yield waiting)
            except BaseException as error:
                step, answer = self.doing.throw, error
        raise AssertionError


async def test_killed_at_every_moment_and_told_again(shop: Shop, stripe: StandIn):
    """Each try is killed one moment later than the one before, until one comes to its end."""
    payment = await shop.pay()
    await shop.begin(key="another, so that there is one")
    moment, ended = 0, False
    while not ended:
        moment += 1
        ended = await Ended(moment, settling.follow(payment.id, checkout=payment.checkout))
        totals = await books.totals()
        assert totals in ({}, {"credits": 5000, "sales": -5000}), f"killed at its moment {moment}: {totals}"
    assert moment > 10, "it never waited"
    assert await credits.balance(shop.alice.me) == 5000

    await spend(shop.alice.me, 1000)
    stripe.bank.refund(str((await payments.get(payment.id)).intent), 300)
    moment, ended = 0, False
    while not ended:
        moment += 1
        ended = await Ended(moment, settling.follow(payment.id))
        assert await credits.balance(shop.alice.me) in (4000, 1000)
    assert await credits.balance(shop.alice.me) == 1000
    assert await books.check() == []

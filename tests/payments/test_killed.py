"""The process that hears a webhook is killed for good, by SIGKILL, at every moment at which it waits; Stripe tells it
again, or it is found by the search for what never came. After each of them the books are what they ought to be."""

import json
import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from signal import SIGKILL

import pytest

from app.domain import books, credits, settling
from app.models import Payment
from tests.payments.conftest import Shop
from tests.payments.server import StandIn
from tests.people import spend

SOLD = 5000
FEWEST = 15
"Moments at which it waits; with fewer, it would not have done what it is killed in."


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """She buys more in a minute than anybody may in an hour."""
    monkeypatch.setenv("RATE_LIMITS", "0")


@pytest.fixture
async def doomed(unlimited: None, stripe: StandIn) -> AsyncIterator[Process]:
    process = await create_subprocess_exec(
        sys.executable, "-m", "tests.payments.dying", stdin=PIPE, stdout=PIPE, env=dict(os.environ)
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0


async def killed(shop: Shop, doomed: Process, moment: int) -> bool:
    """Told the newest event, and killed at that moment; False if it came to its end before."""
    assert doomed.stdin is not None and doomed.stdout is not None
    body, headers = shop.stripe.signed(shop.stripe.bank.events[-1])
    doomed.stdin.write(json.dumps([moment, body, headers]).encode() + b"\n")
    ended = int(await doomed.stdout.readline())
    assert ended in (0, -SIGKILL), f"at its moment {moment} it ended by itself, with {ended}"
    return ended != 0


async def told_again(shop: Shop, moment: int) -> None:
    """By Stripe, which had no answer; every other time by nobody, and then it is looked for."""
    if moment % 2:
        assert await shop.tell(shop.stripe.bank.events[-1]) == 200
    else:
        await settling.reconcile()
    shop.stripe.bank.events.clear()


async def bought(shop: Shop, moment: int) -> Payment:
    payment = await shop.pay(key=f"form-{moment}")
    await settling.follow(payment.id)
    found = await Payment.objects().get(Payment.id == payment.id)
    assert found is not None
    return found


@pytest.mark.policy("P38")
async def test_a_purchase_comes_once_whenever_its_process_is_killed(shop: Shop, doomed: Process):
    moment, before = 0, 0
    while True:
        moment += 1
        await shop.pay(key=f"form-{moment}")

        was_killed = await killed(shop, doomed, moment)
        assert await credits.balance(shop.alice.me) in (before, before + SOLD), f"killed at its moment {moment}"
        await told_again(shop, moment)

        before += SOLD
        assert await credits.balance(shop.alice.me) == before, f"killed at its moment {moment}"
        assert await books.totals() == {"credits": before, "sales": -before}
        assert await books.check() == []
        if not was_killed:
            break
    print(f"killed at {moment - 1} moments")
    assert moment > FEWEST


async def test_what_goes_back_goes_once_whenever_its_process_is_killed(shop: Shop, doomed: Process):
    """Of 5,000 credits 4,000 are spent and half of the money goes back: 1,000 are taken, 1,500 are a loss."""
    moment, was_killed = 0, True
    while was_killed:
        moment += 1
        payment = await bought(shop, moment)
        await spend(shop.alice.me, 4000)
        shop.stripe.bank.refund(str(payment.intent), 250)

        was_killed = await killed(shop, doomed, moment)
        assert await credits.balance(shop.alice.me) in (0, 1000), f"killed at its moment {moment}"
        await told_again(shop, moment)

        assert await books.totals() == {
            "credits": 0, "held": 0, "losses": -1500 * moment, "revenue": 4000 * moment, "sales": -2500 * moment,
        }, f"killed at its moment {moment}"  # fmt: skip
        assert await books.check() == []
    print(f"killed at {moment - 1} moments")
    assert moment > FEWEST

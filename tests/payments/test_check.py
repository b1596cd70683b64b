"""`python -m app credits check`: every difference is said, here and against Stripe, and wakes whoever runs it."""

import asyncio
from subprocess import CompletedProcess
from uuid import uuid4

from app import db
from app.domain import credits, settling
from app.models import Creation
from tests.payments.conftest import Shop
from tests.people import finished, spend
from tests.services import run_app


async def checked() -> CompletedProcess[str]:
    """In a process of its own, as an operator runs it; Stripe's stand-in answers from this one."""
    return await asyncio.to_thread(run_app, "credits", "check")


async def test_books_that_add_up_say_so(shop: Shop):
    payment = await shop.pay()
    await settling.follow(payment.id)
    await finished(shop.alice.me)
    await spend(shop.alice.me, 100)

    told = await checked()

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Books: ") and told.stdout.endswith("They add up.\n") and "sales -5000" in told.stdout


async def test_each_difference_is_said_and_the_end_is_one(shop: Shop):
    payment = await shop.pay()
    await settling.follow(payment.id)
    [intent] = shop.stripe.bank.all("payment_intent")
    shop.stripe.bank.refund(intent["id"], 200)
    made, _ = await finished(shop.alice.me)
    await Creation.raw("DELETE FROM creation WHERE generation = {}", made.id)
    nowhere = f"generation:{uuid4()}"
    async with db.transaction():
        await credits.hold(shop.alice.me, 7, nowhere)

    told = await checked()

    assert told.returncode == 1
    sentences = told.stdout.splitlines()
    assert sorted(sentences[:-1]) == sorted([
        f"Payment {payment.id}: paid, refunded, disputed are (True, 0, '') here and (True, 200, '') at Stripe.",
        f"Credits were taken for generation {made.id} today, but nothing came of it.",
        f"{nowhere} holds 7 credits, but nothing is being made for them.",
    ])  # fmt: skip
    assert sentences[-1].endswith("They do not add up.")


async def test_a_difference_at_stripe_alone_is_one_too(shop: Shop):
    await shop.pay()

    told = await checked()

    assert told.returncode == 1 and "(False, 0, '') here and (True, 0, '') at Stripe" in told.stdout

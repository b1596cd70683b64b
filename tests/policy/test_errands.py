"""What others must forget as well is asked until there is a receipt, also when they are away for three days."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain import errands, leaving
from app.models import Errand, Spending
from tests.people import Person
from tests.policy.conftest import Elsewhere

pytestmark = [pytest.mark.policy("P50"), pytest.mark.policy("P55")]


async def test_away_for_three_days_asked_more_and_more_slowly_and_then_there_is_a_receipt(
    alice: Person, stripe: Elsewhere
):
    await Spending.insert(Spending(owner=alice.me, customer="cus_7"))
    await stripe.leave()
    await leaving.begin(alice.me)
    await leaving.finish(alice.me)
    assert await Spending.count() == 0, "it is gone here, and still known for the errand"

    start, tries = datetime.now(UTC), 0
    for minute in range(0, 3 * 24 * 60, 5):
        await errands.run(start + timedelta(minutes=minute))
    [waiting] = await Errand.objects()
    tries = waiting.tries
    assert 10 < tries < 25 and waiting.done_at is None and waiting.subject == "cus_7"

    await stripe.come()
    stripe.says = "503 Busy"
    assert await errands.run(start + timedelta(days=3, hours=6)) == 0
    stripe.says = "200 OK"
    assert await errands.run(start + timedelta(days=4)) == 1

    [done] = await Errand.objects()
    assert (done.receipt, done.subject) == ("200 req_7", "") and done.done_at
    assert stripe.asked == ["DELETE /v1/customers/cus_7 HTTP/1.1"] * 2
    assert await errands.run(start + timedelta(days=9)) == 0


async def test_whoever_is_gone_there_already_is_a_receipt_too(alice: Person, stripe: Elsewhere):
    await Spending.insert(Spending(owner=alice.me, customer="cus_7"))
    await leaving.begin(alice.me)
    stripe.says = "404 Not Found"

    assert await errands.run() == 1


async def test_whoever_was_never_there_makes_no_errand(alice: Person, stripe: Elsewhere):
    await leaving.begin(alice.me)

    assert await Errand.count() == 0 and await errands.run() == 0

"""What others must forget as well is asked until there is a receipt, also when they are away for three days."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app import settings
from app.domain import errands, leaving
from app.models import Errand, Spending
from tests.people import Person

pytestmark = [pytest.mark.policy("P50"), pytest.mark.policy("P55")]


class Elsewhere:
    """Stripe's side of a deletion over a real socket, which may be away."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self.says, self.port = "200 OK", 0
        self.server: asyncio.Server | None = None

    async def come(self) -> None:
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def leave(self) -> None:
        assert self.server
        self.server.close()
        await self.server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(
            f"HTTP/1.1 {self.says}\r\nrequest-id: req_7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def stripe(monkeypatch: pytest.MonkeyPatch, anyio_backend: object):
    there = Elsewhere()
    await there.come()
    monkeypatch.setenv("STRIPE_API_URL", f"http://127.0.0.1:{there.port}")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    settings.get.cache_clear()
    yield there
    await there.leave()
    settings.get.cache_clear()


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

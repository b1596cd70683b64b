"""Purchases, holds, captures, releases, refunds, disputes, expiry and crashes in any order, beside a simple model:
after every step the books add up, no balance is below nought, and nobody has paid for what they did not get."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as examples
from hypothesis import strategies as some

from app import db, settings
from app.domain import accounts, at_stripe, books, credits, generation, settling, work
from app.errors import InsufficientCredits
from app.models import CreditLot, Generation, Payment
from app.models.ids import uuid7
from tests.payments.test_storm import Ended
from tests.people import account, claimed

STEPS = 60
DEEDS = ("buy", "give", "ask", "ask", "ask", "succeed", "fail", "cancel", "refund", "dispute", "decide", "expire")
Deed = tuple[str, int, int | None]
"What, which or how much, and at which of its moments it is killed before it is done again."


@dataclass
class Lot:
    left: int
    key: str
    payment: Payment | None = None
    over: bool = False
    frozen: int = 0
    gone: int = 0


@dataclass
class Model:
    """What the balance ought to be, found out without a database."""

    owner: UUID
    lots: list[Lot] = field(default_factory=list)
    holds: dict[UUID, list[tuple[Lot, int]]] = field(default_factory=dict)

    def spendable(self) -> list[Lot]:
        """Given ones expire, the oldest first; bought ones do not."""
        return sorted((lot for lot in self.lots if not lot.over), key=lambda lot: lot.payment is not None)

    def balance(self) -> int:
        return sum(lot.left for lot in self.spendable())

    def hold(self, name: UUID, price: int) -> None:
        self.holds[name] = taken = []
        for lot in self.spendable():
            if part := min(price, lot.left):
                lot.left -= part
                price -= part
                taken.append((lot, part))

    def settle(self, name: UUID, used: int) -> None:
        for lot, part in self.holds.pop(name):
            paid = min(used, part)
            used -= paid
            lot.left += part - paid

    def take(self, lot: Lot, gone: int) -> None:
        """Money went back for so many of its credits, all told."""
        due, lot.gone = max(0, gone - lot.gone), max(gone, lot.gone)
        from_frozen = min(due, lot.frozen)
        lot.frozen -= from_frozen
        lot.left -= min(due - from_frozen, lot.left)


class World:
    def __init__(self, model: Model) -> None:
        self.model, self.count = model, itertools.count()

    async def do(self, what: str, number: int, killed: int | None) -> None:
        """Killed, and done again by whoever comes next, as a program would that never heard the answer."""
        deed = getattr(self, what)
        doing = await deed(number)
        if doing is None:
            return
        verb, after = doing
        if killed is not None:
            await Ended(killed, verb())
        await verb()
        after()

    async def give(self, number: int):
        key, until = f"gift:{uuid4()}", datetime.now(UTC) + timedelta(hours=1 + next(self.count))
        amount = number % 9 + 1

        async def verb() -> None:
            await credits.bring_in(self.model.owner, amount, "grant", key, until)

        return verb, lambda: self.model.lots.append(Lot(amount, key))

    async def buy(self, number: int):
        payment = Payment(
            owner=self.model.owner, kind="pack", offer="small", credits=number % 20 + 1, amount=100, currency="usd",
            created_at=datetime.now(UTC), intent=f"pi_{uuid4()}",
        )  # fmt: skip
        await Payment.insert(payment)

        async def verb() -> None:
            await seen(payment, charged=100)

        return verb, lambda: self.model.lots.append(Lot(payment.credits, settling.reference(payment.id), payment))

    async def ask(self, number: int):
        key, pictures = uuid4().hex, number % 4 + 1
        price = -(-128 * 128 * STEPS * pictures // 1_000_000)
        made: list[Generation] = []

        async def verb() -> None:
            made.append(await generation.submit(self.model.owner, "", {
                "prompt": "a red fox", "num_inference_steps": STEPS, "num_images_per_prompt": pictures,
            }, "public", key))  # fmt: skip

        if self.model.balance() < price:
            with pytest.raises(InsufficientCredits):
                await verb()
            return None
        return verb, lambda: self.model.hold(made[-1].id, made[-1].cost)

    async def _running(self, number: int) -> Generation | None:
        names = sorted(self.model.holds)
        return await generation.find(names[number % len(names)]) if names else None

    async def succeed(self, number: int):
        if (row := await self._running(number)) is None:
            return None
        mine = await claimed()
        made = [
            work.Made(uuid7(), position, 7, 128, 128, 9, "#000000")
            for position in range(mine.params["num_images_per_prompt"])  # type: ignore[index]
        ]

        async def verb() -> None:
            await work.succeed(mine, made)

        del row
        return verb, lambda: self.model.settle(mine.id, mine.cost)

    async def fail(self, number: int):
        if await self._running(number) is None:
            return None
        mine = await claimed()

        async def verb() -> None:
            await work.fail(mine)

        return verb, lambda: self.model.settle(mine.id, 0)

    async def cancel(self, number: int):
        if (row := await self._running(number)) is None:
            return None

        async def verb() -> None:
            await generation.cancel(row.id, self.model.owner)

        return verb, lambda: self.model.settle(row.id, 0)

    def _bought(self, number: int) -> Lot | None:
        lots = [lot for lot in self.model.lots if lot.payment]
        return lots[number % len(lots)] if lots else None

    async def refund(self, number: int):
        if (lot := self._bought(number)) is None or lot.payment is None:
            return None
        payment, back = lot.payment, max(lot.payment.refunded, number % 101)

        async def verb() -> None:
            await seen(payment, charged=100, refunded=back, dispute=payment.dispute)

        def after() -> None:
            payment.refunded = back
            self.model.take(lot, payment.credits * back // 100)
            if payment.dispute == "open":
                lot.frozen, lot.left = lot.frozen + lot.left, 0

        return verb, after

    async def dispute(self, number: int):
        lot = self._bought(number)
        if lot is None or lot.payment is None or lot.payment.dispute:
            return None
        payment = lot.payment

        async def verb() -> None:
            await seen(payment, charged=100, refunded=payment.refunded, dispute="open")

        def after() -> None:
            payment.dispute, lot.frozen, lot.left = "open", lot.frozen + lot.left, 0

        return verb, after

    async def decide(self, number: int):
        lot = self._bought(number)
        if lot is None or lot.payment is None or lot.payment.dispute != "open":
            return None
        payment, end = lot.payment, "won" if number % 2 else "lost"

        async def verb() -> None:
            await seen(payment, charged=100, refunded=payment.refunded, dispute=end)

        def after() -> None:
            payment.dispute = end
            if end == "lost":
                self.model.take(lot, payment.credits)
            lot.left, lot.frozen = lot.left + lot.frozen, 0

        return verb, after

    async def expire(self, number: int):
        lots = [lot for lot in self.model.lots if lot.payment is None]
        if not lots:
            return None
        lot = lots[number % len(lots)]
        await CreditLot.raw(
            "UPDATE credit_lot SET expires_at = now() - interval '1 second'"
            " WHERE id = (SELECT id FROM ledger_entry WHERE reference = {} AND reason = 'grant')",
            lot.key,
        )

        def after() -> None:
            lot.over = True

        async def verb() -> None:
            await credits.expire()

        return verb, after


async def seen(payment: Payment, **told) -> None:
    """What settling.follow does once it has read at Stripe."""
    async with db.transaction():
        await accounts.lock(payment.owner)
        await settling._post(payment.id, at_stripe.Seen(paid=True, amount=100, currency="usd", **told))


deeds = some.tuples(some.sampled_from(DEEDS), some.integers(0, 10_000), some.none() | some.integers(1, 12))


@seed(20261130)
@examples(
    max_examples=20, deadline=None, derandomize=False, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(some.lists(deeds, min_size=5, max_size=25))
async def test_the_books_add_up_whatever_happens(services: object, clean: None, free: None, story: list[Deed]):
    world = World(Model((await account()).id))
    for deed in story:
        await world.do(*deed)

        assert await credits.balance(world.model.owner) == world.model.balance() >= 0, deed
        assert await credits.held(world.model.owner) == sum(
            part for parts in world.model.holds.values() for _, part in parts
        )
        assert await books.check() == []
        assert sum((await books.totals()).values()) == 0
    while world.model.holds:
        await world.do("fail", 0, None)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, services: object):
    """Nothing comes by itself."""
    monkeypatch.setenv("DAILY_CREDITS", "0")
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()

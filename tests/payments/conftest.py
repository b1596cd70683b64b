"""A studio that sells: a stand-in for Stripe on a socket of this machine, and people who buy."""

from collections.abc import AsyncIterator

import pytest

from app import settings, stripe_api
from app.domain import payments
from app.models import Payment
from tests.payments.server import KEY, WEBHOOK_SECRET, StandIn
from tests.people import Person
from tests.standing import standing


@pytest.fixture
async def stripe(monkeypatch: pytest.MonkeyPatch, clean: None, anyio_backend: object) -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with standing(stand_in.app) as url:
        stand_in.url = url
        monkeypatch.setenv("STRIPE_API_URL", url)
        monkeypatch.setenv("STRIPE_SECRET_KEY", KEY)
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
        settings.get.cache_clear()
        yield stand_in
        await stripe_api.close()
        monkeypatch.undo()
        settings.get.cache_clear()


class Shop:
    """What Alice does there, without a browser."""

    def __init__(self, alice: Person, stripe: StandIn) -> None:
        self.alice, self.stripe = alice, stripe

    async def begin(self, offer: str = "sketchbook", key: str = "form-1", keep_card: bool = False) -> Payment:
        """She is on Stripe's page, and has not paid."""
        await payments.buy(self.alice.account, offer, key, keep_card)
        found = await Payment.objects().get((Payment.owner == self.alice.me) & (Payment.request_key == key))
        assert found is not None
        return found

    async def pay(self, offer: str = "sketchbook", key: str = "form-1", coupon: str = "") -> Payment:
        """Paid at Stripe. That the studio knows of it is another matter."""
        payment = await self.begin(offer, key)
        self.stripe.bank.pay(str(payment.checkout), coupon)
        return await payments.get(payment.id)

    async def tell(self, event: dict, **signing) -> int:
        body, headers = self.stripe.signed(event, **signing)
        answer = await self.alice.post("/webhooks/stripe", content=body, headers=headers)
        return answer.status_code

    async def tell_all(self) -> None:
        for event in list(self.stripe.bank.events):
            assert await self.tell(event) == 200


@pytest.fixture
async def shop(alice: Person, stripe: StandIn) -> Shop:
    return Shop(alice, stripe)

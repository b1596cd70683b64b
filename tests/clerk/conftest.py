"""A studio whose people sign in at Clerk: a stand-in for it on a socket of this machine, and the way through it."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app import settings
from app.clerk import keys
from tests.clerk.server import PUBLISHABLE, SECRET, WEBHOOK_SECRET, StandIn
from tests.people import Browser
from tests.standing import standing

OLD_ENOUGH = {"birth_year": "1990", "birth_month": "5", "birth_day": "3"}
TOO_YOUNG = {"birth_year": "2020", "birth_month": "5", "birth_day": "3"}


@pytest.fixture
async def clerk(monkeypatch: pytest.MonkeyPatch, clean: None, anyio_backend: object) -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with standing(stand_in.app) as url:
        stand_in.url, stand_in.azp = url, settings.get().base_url
        given = {"API_URL": url, "SECRET_KEY": SECRET, "PUBLISHABLE_KEY": PUBLISHABLE, "WEBHOOK_SECRET": WEBHOOK_SECRET}
        for name, value in given.items():
            monkeypatch.setenv(f"CLERK_{name}", value)
        settings.get.cache_clear()
        keys.forget()
        yield stand_in
        monkeypatch.undo()
        settings.get.cache_clear()
        keys.forget()


class Way:
    """A browser on its way through Clerk, without its page: what that does is done by hand."""

    def __init__(self, browser: Browser, clerk: StandIn) -> None:
        self.browser, self.clerk, self.state = browser, clerk, ""

    async def begin(self, next: str = "") -> httpx.Response:
        there = await self.browser.get("/sign-in/clerk", params={"next": next} if next else {})
        self.state = parse_qs(urlsplit(parse_qs(urlsplit(there.headers["location"]).query)["redirect_url"][0]).query)[
            "state"
        ][0]
        return there

    async def bring(self, handshake: str, state: str | None = None) -> httpx.Response:
        query = {"state": self.state if state is None else state, "__clerk_handshake": handshake}
        return await self.browser.get("/sign-in/clerk/proof", params=query)

    async def come(self, user: dict[str, Any], next: str = "", **changed: Any) -> httpx.Response:
        """Signed in over there, and back here."""
        await self.begin(next)
        token = self.clerk.token(self.clerk.claims(self.clerk.open(user), **changed))
        return await self.bring(self.clerk.handshake(token))

    async def tell(self, kind: str, data: dict[str, Any], **signing: Any) -> int:
        body = self.clerk.message(kind, data)
        return await self.knock(body, self.clerk.signed(body, **signing))

    async def knock(self, body: str | bytes, headers: dict[str, str]) -> int:
        return (await self.browser.post("/webhooks/clerk", content=body, headers=headers)).status_code

    async def sign_up(self, user: dict[str, Any], **form: str) -> httpx.Response:
        await self.come(user)
        await self.browser.post("/sign-up/age", data=OLD_ENOUGH)
        return await self.browser.post(
            "/sign-up/clerk", data={"name": "Alice", "default_visibility": "private"} | form
        )  # fmt: skip


@pytest.fixture
async def way(visitor: Browser, clerk: StandIn) -> Way:
    return Way(visitor, clerk)

"""Twenty programs of hers, each on a socket of its own, ask a real studio for her last credits at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Callable

import httpx

from app.domain import books, credits
from app.models import Generation
from tests.people import account, key_of
from tests.studio import WEB, Studio

SOCKETS, LEFT = 20, 3


async def test_twenty_sockets_at_once_get_what_there_is_and_no_more(clean: None, start_studio: Callable[..., Studio]):
    studio = start_studio(WEB, DAILY_CREDITS="0")
    studio.wait_until_live()
    alice = await account()
    await credits.bring_in(alice.id, LEFT, "grant", "the last ones")
    key = {"Authorization": f"Bearer {await key_of(alice.id)}"}
    all_connected = asyncio.Barrier(SOCKETS)

    async def ask() -> int:
        async with httpx.AsyncClient(base_url=studio.base_url, headers=key, timeout=30) as program:
            await program.get("/api/v1/me")
            await all_connected.wait()
            return (await program.post("/api/v1/generations", json={"prompt": "a red fox"})).status_code

    answers = Counter(await asyncio.gather(*(ask() for _ in range(SOCKETS))))

    assert answers == {201: LEFT, 402: SOCKETS - LEFT}
    assert await credits.balance(alice.id) == 0 and await credits.held(alice.id) == LEFT
    assert await Generation.count() == LEFT and await books.check() == []

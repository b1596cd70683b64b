"""How often one may: counted across processes, by account and by network, and said in every answer."""

import asyncio

import httpx
import pytest
from litestar import Litestar

from app import cache, limits
from app.errors import TooMany
from app.limits import Bucket
from tests.people import FROM_OUR_PAGE, PASSWORD, Browser, Person
from tests.services import Services


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets that a test can empty. Wrong passwords for one account are counted apart: tests of signing in."""
    for name, bucket in limits.BUCKETS.items():
        if name == "password":
            continue
        monkeypatch.setitem(limits.BUCKETS, name, Bucket(3, 3600, bucket.by))


def at(web: Litestar, address: str) -> httpx.AsyncClient:
    """A browser at some address of the net."""
    transport = httpx.ASGITransport(web, raise_app_exceptions=False, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=FROM_OUR_PAGE)


async def tries(client: httpx.AsyncClient, email: str = "nobody@example.org", password: str = "not the one") -> int:
    return (await client.post("/sign-in", data={"email": email, "password": password})).status_code


async def test_no_race_wins_a_token_more(clean: None, small: None):
    async def one() -> bool:
        try:
            await limits.spend("generations", "somebody")
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*[one() for _ in range(30)])) == 3


async def test_what_was_spent_comes_back_with_time(clean: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(limits.BUCKETS, "search", Bucket(1, 1))
    await limits.spend("search", "somebody")
    with pytest.raises(TooMany) as refused:
        await limits.spend("search", "somebody")

    async with asyncio.timeout(5):
        while True:  # the clock that counts is Redis's: ask until it says that the second is over
            try:
                await limits.spend("search", "somebody")
                break
            except TooMany:
                await asyncio.sleep(0.05)

    assert refused.value.retry_after == 1


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"), ("", "unknown"), ("testclient", "unknown"),
    ],
)  # fmt: skip
def test_an_address_stands_for_its_network(address: str, stands_for: str):
    assert limits.network(address) == stands_for


@pytest.mark.policy("P20")
async def test_guessing_passwords_ends_for_a_network_and_for_nobody_else(
    web: Litestar, alice: Person, small: None
):  # fmt: skip
    async with at(web, "203.0.113.5") as thief, at(web, "203.0.113.99") as beside, at(web, "198.51.100.1") as home:
        guesses = [await tries(thief, alice.account.email) for _ in range(4)]
        refused = await thief.post("/sign-in", data={"email": "x", "password": "y"})

        assert guesses == [401, 401, 401, 429]
        assert int(refused.headers["retry-after"]) > 1000 and "a little fast" in refused.text
        assert await tries(beside) == 429, "another address of the same network"
        assert await tries(home, alice.account.email, PASSWORD) == 303, "the owner is not locked out"


async def test_an_account_is_counted_wherever_it_is(web: Litestar, alice: Person, bob: Person, small: None):
    prompt = {"prompt": "a fox"}
    async with at(web, "198.51.100.1") as phone:
        phone.cookies = alice.cookies
        for _ in range(3):
            assert (await phone.post("/api/v1/generations", json=prompt)).status_code == 201
    here = await alice.post("/api/v1/generations", json=prompt)

    assert (here.status_code, here.headers["content-type"]) == (429, "application/problem+json")
    assert here.json()["status"] == 429 and int(here.headers["retry-after"]) > 0
    assert (await bob.post("/api/v1/generations", json=prompt)).status_code == 201


async def test_every_answer_of_the_api_says_how_much_is_left(alice: Person):
    first, second = await alice.get("/api/v1/me"), await alice.get("/api/v1/me")

    assert first.headers["ratelimit-policy"] == '"api";q=600;w=60'
    assert first.headers["ratelimit"].startswith('"api";r=599;t=')
    assert second.headers["ratelimit"].startswith('"api";r=598;t=')


async def test_looking_at_pages_costs_nothing_and_changing_things_does(visitor: Browser):
    assert "ratelimit" not in (await visitor.get("/explore")).headers
    assert '"changes"' in (await visitor.post("/preferences", data={"theme": "dark"})).headers["ratelimit"]


async def test_without_redis_nobody_is_held_up(alice: Person, small: None, services: Services):
    services.valkey.kill()
    try:
        answers = [(await alice.get("/api/v1/creations")).status_code for _ in range(5)]
    finally:
        services.valkey.start()
        await cache.close()

    assert answers == [200] * 5


async def test_an_operator_may_lift_them(alice: Person, small: None, monkeypatch: pytest.MonkeyPatch):
    from app import settings

    monkeypatch.setenv("RATE_LIMITS", "0")
    settings.get.cache_clear()
    try:
        assert [(await alice.get("/api/v1/creations")).status_code for _ in range(5)] == [200] * 5
    finally:
        monkeypatch.undo()
        settings.get.cache_clear()

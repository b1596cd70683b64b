"""Submits a second with the books in the same transaction, on a PostgreSQL that waits for its disk."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from app import cache, db
from app.domain import accounts, books, credits, generation
from app.models import Generation
from bench.report import Row, row
from bench.services import servers

TITLE = "money: a generation asked for, its credits held in the same transaction"
PEOPLE, TIMES, ROUNDS = 20, 400, 3
PASSWORD = "a password for a bench"  # noqa: S105 - opens nothing
Deed = Callable[[UUID], Awaitable[object]]


def run(say: Callable[[str], None]) -> list[Row]:
    os.environ |= {"MAX_QUEUED": "1000000", "DAILY_CREDITS": "1000000"}
    with servers(durable=True):
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    ways: dict[str, Deed] = {"whole": _submit, "hold": _hold, "bare": _insert}
    found: dict[str, list[float]] = {name: [] for name in ways}
    async with db.pool(10):
        people = [await _person(number) for number in range(PEOPLE)]
        for turn in range(ROUNDS):
            for name, deed in ways.items():
                say(f"{name}, round {turn + 1} of {ROUNDS}")
                found[name].append(await _a_second(deed, people))
        faults = await books.check()
        assert faults == [], faults[:3]
        await cache.close()
    bare, alone = found["bare"], "the insert alone"
    return [
        row("hold and insert in one transaction", found["hold"], unit="a second", peer=bare, peer_name=alone),
        row("all of it: checks, price, hold, bell, news", found["whole"], unit="a second", peer=bare, peer_name=alone),
    ]


async def _person(number: int) -> UUID:
    account = await accounts.sign_up("Bench", f"bench{number}-{uuid4().hex}@example.org", PASSWORD, "public")
    await credits.grant_daily(account.id)
    return account.id


async def _a_second(deed: Deed, people: list[UUID]) -> float:
    """Everybody at once, each one after the other: as studios are asked."""
    began = time.perf_counter()

    async def one(person: UUID) -> None:
        for _ in range(TIMES // PEOPLE):
            await deed(person)

    await asyncio.gather(*map(one, people))
    return TIMES / (time.perf_counter() - began)


async def _submit(person: UUID) -> None:
    await generation.submit(person, "", {"prompt": "a red boat on the sea"}, "private")


async def _hold(person: UUID) -> None:
    asked = _asked(person)
    async with db.transaction():
        await credits.hold(person, asked.cost, f"generation:{asked.id}")
        await Generation.insert(asked)


async def _insert(person: UUID) -> None:
    async with db.transaction():
        await Generation.insert(_asked(person, "canceled"))  # nothing is held for it, and the books know


def _asked(person: UUID, status: str = "queued") -> Generation:
    return Generation(
        owner=person, kind="image", model="bench", params="{}", visibility="private", status=status, cost=1, work=1,
        rate=1000, price_list="bench", total_steps=1, request_key=uuid4().hex, queued_at=datetime.now(UTC),
    )  # fmt: skip

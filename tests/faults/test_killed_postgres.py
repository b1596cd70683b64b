"""PostgreSQL dies while people ask and workers finish. What was promised is there, once, and all goes on by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app import db
from app.models import Generation
from tests.faults.invariants import check_that_nothing_is_lost_or_doubled
from tests.faults.storm import CALM, Maker, all_ready, row
from tests.patience import eventually
from tests.services import Services
from tests.studio import WEB, WORKER, Studio

KILLS = 5
ASKING = 4
BETWEEN, AWAY = 1.0, 0.5
RECOVERY = 10.0
MakerAt = Callable[[Studio], Awaitable[Maker]]


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB, WORKER, "worker-2", **CALM, MAX_QUEUED="1000")
    studio.wait_until_ready()
    return studio


class Asker:
    """Asks one after the other, each with its own key, and asks again with it until somebody answers."""

    def __init__(self, maker: Maker, name: str) -> None:
        self.maker, self.name = maker, name
        self.answered: dict[str, dict[str, Any]] = {}
        self.unanswered = 0
        self.longest = 0.0

    async def ask_until(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            await self._ask(f"{self.name}-{len(self.answered)}")
            await asyncio.sleep(0.3)

    async def _ask(self, key: str) -> None:
        first = time.monotonic()
        while key not in self.answered:
            try:
                self.answered[key] = await self.maker.ask(request_key=key, num_inference_steps=4)
            except httpx.HTTPStatusError as error:
                assert error.response.status_code == 503, error.response.text
                assert error.response.headers["retry-after"]
                self.unanswered += 1
                await asyncio.sleep(0.1)
            except httpx.TransportError:
                self.unanswered += 1
        self.longest = max(self.longest, time.monotonic() - first)


async def test_postgres_killed_while_people_ask_and_workers_finish(
    studio: Studio, services: Services, maker_at: MakerAt, record_property: Callable[[str, object], None]
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    undisturbed = await alice.make(num_inference_steps=4)
    enough = asyncio.Event()
    askers = [Asker(alice, f"asker-{n}") for n in range(ASKING)]
    asking = [asyncio.create_task(asker.ask_until(enough)) for asker in askers]

    recoveries = []
    for _ in range(KILLS):
        await asyncio.sleep(BETWEEN)
        services.postgres.kill()
        await asyncio.sleep(AWAY)
        services.postgres.start()
        back_at = time.monotonic()
        had = [len(asker.answered) for asker in askers]
        while not all(len(asker.answered) > h for asker, h in zip(askers, had, strict=True)):
            await asyncio.wait(asking, timeout=0.05)
            for task in asking:
                assert not task.done() or task.result()
            assert time.monotonic() < back_at + 60
        recoveries.append(time.monotonic() - back_at)
    enough.set()
    await asyncio.gather(*asking)
    await eventually(_all_has_ended, lambda: studio.log("worker")[-3000:] + studio.log("worker-2")[-3000:])

    record_property("everybody_answered_after_s", [round(seconds, 2) for seconds in recoveries])
    asked = {key: made["id"] for asker in askers for key, made in asker.answered.items()}
    lost, longest = sum(asker.unanswered for asker in askers), max(asker.longest for asker in askers)
    print(f"{len(asked)} asked, {lost} answers lost, the longest wait {longest:.2f} s")
    print(f"everybody is answered again {max(recoveries):.2f} s after a return")
    assert max(recoveries) < RECOVERY
    rows = await Generation.objects().where(Generation.request_key.is_not_null())
    assert {found.request_key: str(found.id) for found in rows} == asked
    assert len(rows) == len(asked) == len(set(asked.values()))
    assert {found.status for found in rows} == {"succeeded"}
    for made_id in asked.values():
        assert await alice.picture({"id": made_id}) == undisturbed
    await check_that_nothing_is_lost_or_doubled()


async def test_a_picture_goes_on_while_postgres_is_away_and_is_kept_on_its_return(
    studio: Studio, services: Services, maker_at: MakerAt
):
    await eventually(lambda: all_ready(studio))
    alice = await maker_at(studio)
    made = await alice.ask()
    watch = alice.watch(made)
    await watch.until_step(5)
    services.postgres.kill()
    await watch.until_step(24)

    services.postgres.start()
    back_at = time.monotonic()
    await watch.until_finished()

    print(f"kept {time.monotonic() - back_at:.2f} s after PostgreSQL's return")
    assert watch.connections == 1
    assert (await row(made)).attempt == 1
    await check_that_nothing_is_lost_or_doubled()


async def _all_has_ended() -> bool:
    return not await Generation.exists().where(Generation.status.is_in(["queued", "running"]))


async def test_transactions_cut_off_in_the_middle_give_their_connections_back(clean: None, anyio_backend: object):
    """More of them than the pool has connections."""
    for _ in range(12):
        with pytest.raises(db.UNREACHABLE):
            async with db.transaction():
                await Generation.raw("SELECT pg_terminate_backend(pg_backend_pid())")
    async with asyncio.timeout(5), db.transaction():
        assert await Generation.count() == 0

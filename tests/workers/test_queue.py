"""The bell wakes a worker. Ringing it twice, or not at all, changes nothing about what is made."""

from collections.abc import Callable
from typing import Any

import pytest
from arq.connections import ArqRedis

from app import cache
from app.domain import credits, generation
from app.models import Creation, Generation
from app.workers import queue
from tests.patience import eventually
from tests.people import Person, asked
from tests.services import Services
from tests.studio import WORKER, Studio

PATIENCE = 60


@pytest.fixture(scope="module")
def worker(start_studio: Callable[..., Studio]) -> Studio:
    return start_studio(WORKER, OMP_NUM_THREADS="1", LEASE_SECONDS="3")


async def until_it_ended(row: Generation, alice: Person) -> str:
    await eventually(lambda: Generation.exists().where(Generation.id == row.id, Generation.finished_at.is_not_null()))
    return (await generation.get_own(row.id, alice.me)).status


async def test_ringing_twice_makes_it_once(worker: Studio, alice: Person):
    row = await asked(alice.me, num_inference_steps=4)
    for _ in range(5):
        await queue.ring(row.id)

    assert await until_it_ended(row, alice) == "succeeded"

    assert await Creation.count().where(Creation.generation == row.id) == 1
    assert (await generation.get_own(row.id, alice.me)).attempt == 1


async def test_a_ring_for_what_is_not_there_is_harmless(worker: Studio, alice: Person):
    await queue.ring("nothing-like-an-id")
    row = await asked(alice.me, num_inference_steps=4)

    assert await until_it_ended(row, alice) == "succeeded"


async def test_a_row_that_nobody_rang_for_is_found(worker: Studio, alice: Person):
    row = await asked(alice.me, num_inference_steps=4)
    await cache.redis().flushdb()

    assert await until_it_ended(row, alice) == "succeeded"


async def test_redis_being_away_refuses_nobody(services: Services, worker: Studio, alice: Person):
    services.valkey.kill()
    row = await asked(alice.me, num_inference_steps=4)
    assert row.status == "queued"
    assert await credits.balance(alice.me) < 500
    services.valkey.start()

    assert await until_it_ended(row, alice) == "succeeded"


async def test_a_ring_that_a_dead_worker_had_taken_is_heard_again_without_harm(worker: Studio, alice: Person):
    """arq marks it as taken for a while, counts it as a try, and never hears how it ended."""
    redis: Any = cache.redis()
    arq = ArqRedis(redis.connection_pool, job_serializer=queue.serialize, job_deserializer=queue.deserialize)
    await redis.set("arq:in-progress:lost", "1", px=1500)
    await redis.set("arq:retry:lost", "1", ex=600)
    await arq.enqueue_job("generate", "any", _queue_name=queue.QUEUE, _job_id="lost")
    row = await asked(alice.me, num_inference_steps=4)

    assert await until_it_ended(row, alice) == "succeeded"
    await eventually(_nobody_is_waiting)
    assert "max retries" not in worker.log(WORKER)


async def test_the_line_is_empty_when_all_is_done(worker: Studio, alice: Person):
    rows = [await asked(alice.me, num_inference_steps=2) for _ in range(4)]
    for row in rows:
        assert await until_it_ended(row, alice) == "succeeded"

    await eventually(_nobody_is_waiting)
    assert [key async for key in cache.redis().scan_iter("arq:job:*")] == []


async def test_cancelling_stops_it_within_a_step_and_only_this_one(worker: Studio, alice: Person):
    long = await asked(alice.me, num_inference_steps=60, num_images_per_prompt=4)
    short = await asked(alice.me, num_inference_steps=4)
    await eventually(lambda: Generation.exists().where(Generation.id == long.id, Generation.step > 0))

    canceled = await generation.cancel(long.id, alice.me)

    assert canceled.status == "canceled"
    assert await until_it_ended(short, alice) == "succeeded"
    assert await Creation.count().where(Creation.generation == long.id) == 0
    assert f"generation {long.id}:" in worker.log(WORKER)


async def _nobody_is_waiting() -> bool:
    return await cache.redis().zcard(queue.QUEUE) == 0

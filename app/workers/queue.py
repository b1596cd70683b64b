"""The doorbell. The row is the work; ringing twice for one row is harmless, and a ring that is lost is rung again.

One bell for pictures and songs: which work a worker takes is decided by the claim and the models it has.
"""

import logging
import secrets
from typing import Any
from uuid import UUID

import msgspec
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from app import cache

logger = logging.getLogger(__name__)

QUEUE, BELL = "work", "bell"

# JSON, not arq's pickle: who can write to Redis must not be able to run code here.
serialize = msgspec.json.encode


def deserialize(data: bytes) -> dict[str, Any]:
    return msgspec.json.decode(data)


OPTIONS: dict[str, Any] = {
    "keep_result": 0, "log_results": False, "job_serializer": serialize, "job_deserializer": deserialize,
}  # fmt: skip
"Of every worker of arq's here: rows say what came of it."


def stop_topic(generation_id: UUID) -> str:
    return f"stop:{generation_id}"


async def ring(generation_id: UUID | str) -> None:
    """Wake a worker. Redis being away is no reason to refuse work: the row is there, and will be found."""
    try:
        await enqueue(generation_id)
        # arq polls twice a second; the list lets an idle worker hear at once.
        redis: Any = cache.redis()  # its types say that it may not be asynchronous
        await redis.lpush(BELL, "1")
        await redis.ltrim(BELL, 0, 99)
    except (RedisError, OSError):
        logger.warning("the bell did not ring for %s", generation_id)


async def enqueue(generation_id: UUID | str) -> None:
    """arq's own part. An id for each ring: it would swallow a second one under the same id."""
    arq = ArqRedis(cache.redis().connection_pool, job_serializer=serialize, job_deserializer=deserialize)
    job_id = f"{generation_id}:{secrets.token_hex(4)}"
    await arq.enqueue_job("generate", str(generation_id), _queue_name=QUEUE, _job_id=job_id)


async def stop(generation_id: UUID) -> None:
    """Tell whoever works on it, wherever that is."""
    try:
        await cache.redis().publish(stop_topic(generation_id), "stop")
    except (RedisError, OSError):
        logger.warning("nobody was told to stop %s", generation_id)

"""Redis or Valkey: the doorbell, live events, limits. Nothing here is the truth; losing it all loses a moment."""

from functools import cache

import redis as blocking
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError

from app import settings


@cache
def redis() -> Redis:
    """The process's own client. It gives up soon: a page must not wait for a doorbell.

    Who is not there is tried again; who is there and says nothing is not, because each try costs its whole second.
    """
    return Redis.from_url(
        settings.get().redis_url,
        socket_connect_timeout=1,
        socket_timeout=1,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2, supported_errors=(ConnectionError,)),
        retry_on_error=[ConnectionError],
    )


@cache
def waiting_redis() -> blocking.Redis:
    """For threads, which may wait. It gives up as soon, and tries nothing twice: what it says is old by then."""
    return blocking.Redis.from_url(settings.get().redis_url, socket_connect_timeout=1, socket_timeout=1)


async def close() -> None:
    if redis.cache_info().currsize:
        await redis().aclose()
        redis.cache_clear()
    if waiting_redis.cache_info().currsize:
        waiting_redis().close()
        waiting_redis.cache_clear()

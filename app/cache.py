"""Redis or Valkey: the doorbell, live events, limits. Nothing here is the truth; losing it all loses a moment."""

from functools import cache

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError

from app import settings


@cache
def redis() -> Redis:
    """The process's own client. It gives up soon: a page must not wait for a doorbell."""
    return Redis.from_url(
        settings.get().redis_url,
        socket_connect_timeout=1,
        socket_timeout=2,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
        retry_on_error=[ConnectionError, TimeoutError],
    )


async def close() -> None:
    if redis.cache_info().currsize:
        await redis().aclose()
        redis.cache_clear()

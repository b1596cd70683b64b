"""How the domain speaks: a topic, an event, and nobody here knows who listens.

A publish that fails loses nothing but a moment: rows are the truth, and pages read them again when they reconnect.
"""

import logging
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app import cache
from app.realtime import events

logger = logging.getLogger(__name__)

EXPLORE = "explore"


def account_topic(account_id: UUID) -> str:
    return f"account:{account_id}"


def generation_topic(generation_id: UUID) -> str:
    return f"generation:{generation_id}"


def frame_key(generation_id: UUID, position: int = 0) -> str:
    """Where the newest preview of a picture waits for whoever arrives late."""
    return f"frame:{generation_id}:{position}"


def progress_key(generation_id: UUID) -> str:
    return f"progress:{generation_id}"


def glance_key(generation_id: UUID) -> str:
    """Somebody without a socket looked at it a moment ago and would like frames."""
    return f"glance:{generation_id}"


async def publish(topic: str, event: events.Event, redis: Redis | None = None) -> None:
    try:
        await (redis or cache.redis()).publish(topic, events.encode(event))
    except (RedisError, OSError):
        logger.warning("nobody heard %s", type(event).__name__)

"""How the domain speaks: a topic, an event, and nobody here knows who listens.

A publish that fails loses nothing but a moment: rows are the truth, and pages read them again when they reconnect.
"""

import logging
import struct
from uuid import UUID

from redis.exceptions import RedisError

from app import cache
from app.realtime import events

logger = logging.getLogger(__name__)

EXPLORE = "explore"
SOUND_HEADER = struct.Struct(">BH")


def account_topic(account_id: UUID) -> str:
    return f"account:{account_id}"


def generation_topic(generation_id: UUID) -> str:
    return f"generation:{generation_id}"


def frame_key(generation_id: UUID, position: int = 0) -> str:
    """Where the newest preview of a picture waits for whoever arrives late."""
    return f"frame:{generation_id}:{position}"


def sound_key(generation_id: UUID) -> str:
    """The newest piece of an unfinished song, after the attempt and the step that it comes from."""
    return f"sound:{generation_id}"


def progress_key(generation_id: UUID) -> str:
    return f"progress:{generation_id}"


def glance_key(generation_id: UUID) -> str:
    """Somebody without a socket looked at it a moment ago and would like frames."""
    return f"glance:{generation_id}"


async def publish(topic: str, event: events.Event) -> None:
    await publish_all((topic, event))


async def publish_all(*messages: tuple[str, events.Event]) -> None:
    """In this order, in one breath: where Redis is slow to answer, people wait for it once."""
    try:
        async with cache.redis().pipeline(transaction=False) as pipe:
            for topic, event in messages:
                pipe.publish(topic, events.encode(event))
            await pipe.execute()
    except (RedisError, OSError):
        logger.warning("nobody heard %s", ", ".join(type(event).__name__ for _, event in messages))

"""From the sampling thread to whoever watches: progress, and the newest preview if anybody looks.

The model never waits here. A step costs it one comparison; pictures are drawn and encoded on a thread of their own,
and only the newest unfinished one: what came before it and was not sent yet is forgotten.
"""

import asyncio
import io
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.models import Generation
from app.realtime import bus, events
from app.realtime.preview import Preview, pack
from app.workers.engine import Canceled, Peek

logger = logging.getLogger(__name__)

KEEP_SECONDS = 600
LOOK_SECONDS = 0.1
BEGIN_SECONDS = 1.0
JPEG_QUALITY = 70


class Reporter:
    """One attempt's progress. `__call__` runs on the sampling thread, everything else on the loop."""

    def __init__(self, work: Generation, redis: Redis, hz: float) -> None:
        self.work = work
        self.redis = redis
        self.interval = 1 / hz
        self.loop = asyncio.get_running_loop()
        self.step = 0
        self.stepped_at = time.monotonic()
        self.stopped = False
        self.watched = False
        self._peek: Peek | None = None
        self._sent_step = 0
        self._sent_at = 0.0
        self._sending: asyncio.Task[None] | None = None
        self._encoder = ThreadPoolExecutor(1, "preview")

    def __call__(self, step: int, total_steps: int, peek: Peek) -> None:
        if self.stopped:
            raise Canceled
        self.step, self._peek, self.stepped_at = step, peek, time.monotonic()
        if self.stepped_at - self._sent_at >= self.interval or step == total_steps:
            self._sent_at = self.stepped_at
            # Copying begins here, while the tensors are still; on a GPU it does not wait for the end of it.
            pictures = peek() if self.watched else None
            self.loop.call_soon_threadsafe(self._send, step, pictures)

    def stop(self) -> None:
        self.stopped = True

    async def begin(self) -> None:
        """Before the first step: so that a short job's first frames are not missed, and an older attempt's are."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BEGIN_SECONDS):
                await self.count_watchers()
                await self._publish(0, None)

    async def look(self) -> None:
        """Notice who comes to watch; a latecomer gets the present frame without waiting for the next step."""
        while not self.stopped:
            await self.count_watchers()
            if self.watched and self._peek and self._sent_step < self.step and not self._busy():
                self._send(self.step, self._peek())
            await asyncio.sleep(LOOK_SECONDS)

    async def count_watchers(self) -> None:
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.pubsub_numsub(bus.generation_topic(self.work.id))
                pipe.exists(bus.glance_key(self.work.id))
                [(_, watchers)], glances = await pipe.execute()
            self.watched = watchers > 0 or glances > 0
        except (RedisError, OSError):
            self.watched = False

    async def close(self) -> None:
        self.stop()
        if self._sending:
            await asyncio.wait([self._sending], timeout=2)
        self._encoder.shutdown(wait=False, cancel_futures=True)

    def _busy(self) -> bool:
        return self._sending is not None and not self._sending.done()

    def _send(self, step: int, pictures: Any) -> None:
        if not self.stopped and not self._busy():
            self._sending = self.loop.create_task(self._publish(step, pictures))

    async def _publish(self, step: int, pictures: Any) -> None:
        frames: list[bytes] = []
        if pictures:
            self._sent_step = max(self._sent_step, step)
            try:
                frames = await self.loop.run_in_executor(self._encoder, encode, pictures)
            except Exception:
                logger.exception("step %d of generation %s could not be drawn", step, self.work.id)
        progress = events.encode(
            events.GenerationProgressed(self.work.id, self.work.attempt, step, self.work.total_steps)
        )
        topic = bus.generation_topic(self.work.id)
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.set(bus.progress_key(self.work.id), progress, ex=KEEP_SECONDS)
                pipe.publish(topic, progress)
                for position, jpeg in enumerate(frames):
                    frame = pack(Preview(self.work.id, position, self.work.attempt, step, self.work.total_steps, jpeg))
                    pipe.set(bus.frame_key(self.work.id, position), frame, ex=KEEP_SECONDS)
                    pipe.publish(topic, frame)
                await pipe.execute()
        except (RedisError, OSError):
            return  # watchers see the next one; the work goes on


def encode(pictures: Any) -> list[bytes]:
    """JPEG: seven times cheaper than WebP at this size, and the frame lives for a tenth of a second."""
    frames = []
    for picture in pictures():
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
        frames.append(buffer.getvalue())
    return frames

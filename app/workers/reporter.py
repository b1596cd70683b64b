"""From the sampling thread to whoever watches: progress, and the newest preview if anybody looks.

The model never waits here. A step costs it one comparison; pictures are drawn, encoded and published on one other
thread, and only the newest of them: what came before it and was not drawn yet is forgotten. That thread speaks to
Redis by itself, because a way over the event loop would wake it, and take the interpreter from the model, four times
a frame instead of once.
"""

import asyncio
import io
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from app import cache
from app.models import Generation
from app.realtime import bus, events
from app.realtime.preview import Preview, pack
from app.workers.engine import Canceled, Progress

logger = logging.getLogger(__name__)

KEEP_SECONDS = 600
LOOK_SECONDS = 0.2
"Longer than the time between two frames: whoever sends frames is told of watchers anyway, and need not ask."
CLOSE_SECONDS = 2.0
HEARD_AT = (0.4, 0.7)
"At which shares of its steps a song is heard early: before that there is only noise."
JPEG_QUALITY = 70


class Reporter:
    """One attempt's progress. `__call__` runs on the sampling thread, `_report` on the reporting one."""

    def __init__(self, work: Generation, hz: float) -> None:
        self.work = work
        self.interval = 1 / hz
        self.step = 0
        self.stepped_at = time.monotonic()
        self.stopped = False
        self.watched = False
        self._peek: Any = None
        self._newest: tuple[int, Any] | None = None
        self._heard: tuple[int, Callable[[], bytes]] | None = None
        self._hears = list(HEARD_AT)
        self._news = threading.Event()
        self._drawn_step = 0
        self._sent_at = 0.0
        self._redis = cache.waiting_redis()
        self._thread = threading.Thread(target=self._report, name="reporter", daemon=True)

    def __call__(self, progress: Progress) -> None:
        if self.stopped:
            raise Canceled
        step, total_steps, peek, listen = progress
        self.step, self._peek, self.stepped_at = step, peek, time.monotonic()
        if self.stepped_at - self._sent_at >= self.interval or step == total_steps:
            self._sent_at = self.stepped_at
            # Copying begins here, while the tensors are still; on a GPU it does not wait for the end of it.
            self._newest = step, peek() if self.watched else None
            if listen and self.watched and self._hears and step >= self._hears[0] * total_steps:
                self._hears = [each for each in self._hears if step < each * total_steps]
                self._heard = step, listen()
            self._news.set()

    def stop(self) -> None:
        self.stopped = True
        self._news.set()

    async def begin(self) -> None:
        """Before the first step: so that a short job's first frames are not missed, and an older attempt's are."""
        await asyncio.to_thread(self._publish, 0, None)
        self._thread.start()

    async def close(self) -> None:
        """Our last frame has gone out when this returns, and before anybody else's first."""
        self.stop()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, CLOSE_SECONDS)

    def _report(self) -> None:
        while not self.stopped:
            told = self._news.wait(LOOK_SECONDS)
            self._news.clear()
            if told and self._newest:
                (step, pictures), self._newest = self._newest, None
                self._publish(step, pictures)
                if self._heard and not self.stopped:
                    (step, sound), self._heard = self._heard, None
                    self._publish_sound(step, sound)
            elif not self.stopped:
                self._look()

    def _look(self) -> None:
        """Between slow steps: a latecomer gets the present frame without waiting for the next one."""
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.pubsub_numsub(bus.generation_topic(self.work.id))
                pipe.exists(bus.glance_key(self.work.id))
                [(_, watchers)], glances = pipe.execute()
        except (RedisError, OSError):
            watchers = glances = 0
        self.watched = watchers > 0 or glances > 0
        now = time.monotonic()
        if self.watched and self._peek and self._drawn_step < self.step and now - self._sent_at >= self.interval:
            self._sent_at = now
            self._publish(self.step, self._peek())

    def _publish(self, step: int, pictures: Any) -> None:
        """Whoever publishes is told how many hear it: that is how a worker whose steps are quick knows its watchers."""
        frames: list[bytes] = []
        if pictures:
            self._drawn_step = step
            try:
                frames = encode(pictures)
            except Exception:
                logger.exception("step %d of generation %s could not be drawn", step, self.work.id)
        work, topic = self.work, bus.generation_topic(self.work.id)
        progress = events.encode(events.GenerationProgressed(work.id, work.attempt, step, work.total_steps))
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.publish(topic, progress)
                pipe.exists(bus.glance_key(work.id))
                pipe.set(bus.progress_key(work.id), progress, ex=KEEP_SECONDS)
                for position, jpeg in enumerate(frames):
                    frame = pack(Preview(work.id, position, work.attempt, step, work.total_steps, jpeg))
                    pipe.set(bus.frame_key(work.id, position), frame, ex=KEEP_SECONDS)
                    pipe.publish(topic, frame)
                watchers, glances, *_ = pipe.execute()
            self.watched = watchers > 0 or glances > 0
        except (RedisError, OSError):
            self.watched = False  # watchers see the next one; the work goes on

    def _publish_sound(self, step: int, sound: Callable[[], bytes]) -> None:
        """After the frames, for it takes longer. The bytes wait where pages fetch them."""
        event = events.encode(events.GenerationHeard(self.work.id, self.work.attempt, step))
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                kept = bus.SOUND_HEADER.pack(self.work.attempt, step) + sound()
                pipe.set(bus.sound_key(self.work.id), kept, ex=KEEP_SECONDS)
                pipe.publish(bus.generation_topic(self.work.id), event)
                pipe.execute()
        except (RedisError, OSError):
            return
        except Exception:
            logger.exception("step %d of generation %s could not be heard", step, self.work.id)


def encode(pictures: Any) -> list[bytes]:
    """JPEG: seven times cheaper than WebP at this size, and the frame lives for a tenth of a second."""
    frames = []
    for picture in pictures():
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
        frames.append(buffer.getvalue())
    return frames

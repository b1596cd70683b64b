"""The worker process: arq, one job at a time, woken by a bell. `python -m app worker`."""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError

from app import catalog, db, settings, storage
from app.domain import work as works
from app.workers import queue
from app.workers.engine import CannotLoad, Engine
from app.workers.hardware import Choice, choose
from app.workers.tasks import Bench, generate

logger = logging.getLogger(__name__)

PRESENT_SECONDS = 5.0
SAFETY_NET_SECONDS = 1.0
RING_LIFE_SECONDS = 60.0
"After that a ring that a dead worker had taken is taken, and thrown away, by another."


class Listening(Worker):
    """arq's worker polls twice a second. This one also waits at a list, and polls at once when it rings."""

    async def main(self) -> None:
        hearing = asyncio.create_task(self._hear())
        try:
            await super().main()
        finally:
            hearing.cancel()

    async def _hear(self) -> None:
        while True:
            busy = self.job_counter >= self.max_jobs or not self.allow_pick_jobs
            if self._pool is None or "bench" not in self.ctx or busy:
                await asyncio.sleep(0.02)  # leave the bell for an idle worker
                continue
            redis: Any = self.pool  # its types say that it may not be asynchronous
            with suppress(RedisError, OSError):
                if await redis.blpop([queue.BELL], timeout=1):
                    await self._poll_iteration()

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """arq counts a job before it has it: Redis going away in between must not leave us busy for ever."""
        try:
            await super().start_jobs(job_ids)
        except (RedisError, OSError):
            logger.warning("Redis went away while a job was taken")
            await asyncio.sleep(0)  # let jobs that just ended be counted off first
            for _ in range(self.job_counter - sum(not task.done() for task in self.tasks.values())):
                self.job_counter -= 1
                self.sem.release()

    def handle_sig_wait_for_completion(self, signum: Any) -> None:
        """The work is handed back within a step; arq waits for its task to end, and takes no other."""
        if bench := self.ctx.get("bench"):
            bench.leave()
        super().handle_sig_wait_for_completion(signum)


def redis_settings() -> RedisSettings:
    """Patient: a worker with work in its hands outlives a restart of Redis."""
    parsed = RedisSettings.from_dsn(settings.get().redis_url)
    parsed.conn_retries = 60
    parsed.retry = Retry(ExponentialBackoff(cap=1, base=0.1), 600)
    parsed.retry_on_error = [ConnectionError, TimeoutError, OSError]
    return parsed


def engines(choice: Choice) -> dict[str, Engine]:
    from app.workers.qwen_image import QwenImage  # loads torch and diffusers: only here, in a worker

    chosen = settings.get()
    cache = chosen.data_dir / "previews"
    pictures = {name: QwenImage(name, choice, cache, chosen.compile) for name in catalog.models()}
    if not catalog.songs():
        return {**pictures}
    from app.workers.ace_step import AceStep

    songs = {
        name: AceStep(name, choice, cache, model.guidance_scale, model.shift, model.hears)
        for name, model in catalog.songs().items()
    }
    return {**pictures, **songs}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


async def startup(ctx: dict[str, Any]) -> None:
    choice: Choice = ctx["choice"]
    pool: ArqRedis = ctx["redis"]
    name = f"{socket.gethostname()}:{os.getpid()}"[:80]
    bench = Bench(name, await asyncio.to_thread(engines, choice), pool)
    ctx["duties"] = [asyncio.create_task(_every(PRESENT_SECONDS, lambda: _present(bench, choice.device)))]
    # The first model is loaded before the first ring, so that the first picture does not wait for it.
    try:
        await bench.engine(bench.models[0])
    except CannotLoad:
        raise
    except Exception as error:
        logger.debug("loading failed", exc_info=True)
        raise CannotLoad(f"The model {bench.models[0]} cannot be loaded: {_first_line(error)}") from error
    ctx["duties"].append(asyncio.create_task(_every(SAFETY_NET_SECONDS, lambda: _safety_net(bench))))
    ctx["bench"] = bench
    logger.info("ready: %s on %s, as %s", bench.loaded, choice.device, bench.name)


async def shutdown(ctx: dict[str, Any]) -> None:
    for duty in ctx.get("duties", []):
        duty.cancel()
    if bench := ctx.get("bench"):
        await works.absent(bench.name)


async def _every(seconds: float, duty: Callable[[], Awaitable[None]]) -> None:
    """Whatever happens: a worker without its duties would look alive and be of no use."""
    while True:
        try:
            await duty()
        except (*db.UNREACHABLE, RedisError):
            logger.debug("a duty waits for the database")
        except Exception:
            logger.exception("a duty failed")
        await asyncio.sleep(seconds)


async def _present(bench: Bench, device: str) -> None:
    await works.present(bench.name, device, bench.models, bench.loaded)


async def _safety_net(bench: Bench) -> None:
    """A ring can be lost, a worker can die: rows that wait are found here, a second later at most."""
    if bench.reporter is None and not bench.leaving:
        await works.give_up_lost()
        if await works.waiting(bench.models):
            await queue.ring("any")


async def run() -> None:
    # What is set wrong is said before anything is begun.
    storage.store()
    catalog.everything()
    choice = choose(settings.get())
    for reason in choice.reasons:
        logger.info(reason)
    async with db.pool(4):
        worker = Listening(
            # A ring may be heard again and again: it only says that there is work.
            [func(generate, name="generate", timeout=24 * 3600, max_tries=1000)],
            queue_name=queue.QUEUE,
            redis_settings=redis_settings(),
            on_startup=startup,
            on_shutdown=shutdown,
            max_jobs=1,
            job_completion_wait=3600,
            **queue.OPTIONS,
            ctx={"choice": choice},
        )
        # arq derives this from the longest job: a day, in which the rings of dead workers would fill up its queue.
        worker.in_progress_timeout_s = RING_LIFE_SECONDS
        try:
            await worker.async_run()
        except asyncio.CancelledError:
            logger.info("stopped")
        except CannotLoad as error:
            raise SystemExit(f"{error} See docs/operations.md.") from None
        finally:
            await worker.close()

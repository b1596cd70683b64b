"""The other side of the wake bench: our worker, arq's own, or a bare pop, each saying when its engine began."""

import asyncio
import sys
import time
from typing import Any

from arq.worker import Worker, func

from app import db
from app.workers import queue
from app.workers.engine import Canceled, OnStep, Picture
from app.workers.main import Listening, redis_settings
from app.workers.tasks import Bench, generate
from bench.wake import HEARD, redis


class Clock:
    """An engine that says when it was called, and makes nothing."""

    name = "bench"
    began = 0

    def setup(self) -> None: ...

    def unload(self) -> None: ...

    def run(self, params: dict[str, Any], on_step: OnStep) -> list[Picture]:
        self.began = time.monotonic_ns()
        raise Canceled


async def said(ctx: dict[str, Any], generation_id: str) -> None:
    clock: Clock = ctx["bench"].engines["bench"]
    clock.began = 0
    await generate(ctx, generation_id)
    if clock.began:
        await redis().lpush(HEARD, str(clock.began))


async def startup(ctx: dict[str, Any]) -> None:
    ctx["bench"] = Bench("bench", {"bench": Clock()}, ctx["redis"])
    ctx["bench"].loaded = "bench"
    await redis().lpush(HEARD, "ready")


async def work(kind: type[Worker]) -> None:
    async with db.pool(2):
        worker = kind(
            [func(said, name="generate", timeout=60)], queue_name=queue.QUEUE,
            redis_settings=redis_settings(), on_startup=startup, max_jobs=1, keep_result=0,
            job_serializer=queue.serialize, job_deserializer=queue.deserialize, log_results=False,
        )  # fmt: skip
        await worker.async_run()


async def pop() -> None:
    await redis().lpush(HEARD, "ready")
    while True:
        if await redis().blpop(["bench:floor"], timeout=1):
            await redis().lpush(HEARD, str(time.monotonic_ns()))


if __name__ == "__main__":
    asyncio.run({"ours": lambda: work(Listening), "arq": lambda: work(Worker), "floor": pop}[sys.argv[1]]())

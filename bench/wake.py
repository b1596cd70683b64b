"""From a committed row to the engine's first line, on an idle worker."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psutil

from app import cache, db
from app.domain import accounts
from app.models import Generation
from app.workers import queue
from bench.report import Row, median, note, row
from bench.services import servers

TITLE = "wake: a committed row reaches the engine"
TIMES = 150
ROUNDS = 3
PAUSE = 0.02
HEARD = "bench:heard"
QUIET_SECONDS = 5.0


def run(say: Callable[[str], None]) -> list[Row]:
    with servers():
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    found: dict[str, list[list[float]]] = {"ours": [], "arq": [], "floor": []}
    idle: list[float] = []
    async with db.pool(4):
        maker = await accounts.sign_up("Bench", f"bench{os.getpid()}@example.org", "a password for a bench", "private")
        asks = {"ours": lambda: _ask(maker.id, "ours"), "arq": lambda: _ask(maker.id, "arq"), "floor": _push}
        for turn in range(ROUNDS):
            for kind, ask in asks.items():
                say(f"{kind}, round {turn + 1} of {ROUNDS}")
                command = [sys.executable, "-m", "bench.wake_worker", kind]
                worker = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
                try:
                    await redis().blpop([HEARD], timeout=0)  # it is there
                    if kind == "ours":
                        idle.append(await _idle_share(worker.pid))
                    found[kind].append([await _once(ask) for _ in range(TIMES // (8 if kind == "arq" else 1))])
                finally:
                    worker.terminate()
                    worker.wait()
        await cache.close()
    p50 = {kind: [median(each) for each in rounds] for kind, rounds in found.items()}
    p99 = {kind: [sorted(each)[int(len(each) * 0.99)] for each in rounds] for kind, rounds in found.items()}
    return [
        row("committed row to engine, p50", p50["ours"], unit="ms", peer=p50["arq"], peer_name="arq as it comes"),
        row("committed row to engine, p99", p99["ours"], unit="ms", most=25),
        row("the same beside a bare blocking pop, p50", p50["ours"], unit="ms", peer=p50["floor"], peer_name="pop"),
        row("idle worker's share of a core", idle, unit="%", most=1.5),
        note("Ours includes the claim (one UPDATE in PostgreSQL) and reading the row; the bare pop does nothing."),
    ]


def redis() -> Any:
    """Its types say that it may not be asynchronous."""
    return cache.redis()


async def _once(ask: Callable[[], object]) -> float:
    """Milliseconds from before the ring to the engine's own clock."""
    await asyncio.sleep(PAUSE)
    began = await ask()  # type: ignore[misc]
    _, heard = await redis().blpop([HEARD], timeout=5)
    return (int(heard) - began) / 1e6


async def _ask(owner_id: object, kind: str) -> int:
    generation = Generation(
        owner=owner_id, kind="image", model="bench", params="{}", visibility="private", status="queued", cost=1, work=1,
        total_steps=1, queued_at=datetime.now(UTC),
    )  # fmt: skip
    await Generation.insert(generation)
    began = time.monotonic_ns()
    if kind == "ours":
        await queue.ring(generation.id)
    else:
        await queue.enqueue(generation.id)
    return began


async def _push() -> int:
    began = time.monotonic_ns()
    await redis().lpush("bench:floor", "1")
    return began


async def _idle_share(pid: int) -> float:
    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    await asyncio.sleep(QUIET_SECONDS)
    return (sum(process.cpu_times()[:2]) - before) / QUIET_SECONDS * 100

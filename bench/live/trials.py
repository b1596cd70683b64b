"""What is done to a server, and what is read off it."""

import asyncio
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

import redis

from app import db, settings
from app.domain import accounts
from app.models import Generation
from app.realtime import bus, preview
from bench.live.servers import DEFLATING, FLOOR, OURS, SOCKETIO, Server
from bench.report import median

Figures = dict[str, float]
STAMP = struct.Struct(">d")
"The publisher's clock, which is also the watchers': both are on one machine."
HZ, JOBS, JOB_HZ = 10, 300, 3
SECONDS = 2.0 if os.environ.get("BENCH_QUICK") else 4.0
PARAMS = '{"prompt": "a bench", "width": 1024, "height": 1024, "num_images_per_prompt": 1}'
IMAGE = os.urandom(8 * 1024 + 192)


class Stage:
    """Generations to watch, a hand that publishes, and the watchers."""

    def __enter__(self) -> "Stage":
        self.generations = asyncio.run(_generations(JOBS))
        os.environ["BENCH_TOPIC"] = bus.generation_topic(self.generations[0])
        self.redis = redis.Redis.from_url(settings.get().redis_url)
        self.load = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("load.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.load.kill()
        self.load.wait()

    def ask(self, do: str, **options: Any) -> dict[str, Any]:
        assert self.load.stdin and self.load.stdout
        self.load.stdin.write(json.dumps({"do": do} | options) + "\n")
        self.load.stdin.flush()
        answer: dict[str, Any] = json.loads(self.load.stdout.readline())
        return answer

    def open(self, server: Server, paths: Iterable[UUID], **options: Any) -> dict[str, Any]:
        base = "/socket.io/?EIO=4&transport=websocket&" if server.name == SOCKETIO else "/live?"
        return self.ask(
            "open", port=server.port, socketio=server.name == SOCKETIO,
            paths=[f"{base}generation={generation}" for generation in paths], **options,
        )  # fmt: skip

    def publish(self, generations: list[UUID], hz: float, seconds: float) -> int:
        """One preview of each, evenly spread over every period. Returns how many of each there were."""
        rounds = int(seconds * hz)
        began = time.monotonic()
        for number in range(rounds * len(generations)):
            pause = began + number / (hz * len(generations)) - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            generation_id = generations[number % len(generations)]
            now = STAMP.pack(time.monotonic())
            step = number // len(generations) % 60_000 + 1
            packet = preview.pack(preview.Preview(generation_id, 0, 1, step, 60_000, now + IMAGE))
            self.redis.publish(bus.generation_topic(generation_id), packet)
        return rounds


async def _generations(count: int) -> list[UUID]:
    """Public and being made, so that anybody may watch."""
    async with db.pool(2):
        maker = await accounts.sign_up("Bench", "bench@example.org", "a bench measures itself", "public")
        rows = [
            Generation(
                owner=maker.id, kind="image", model="bench", params=PARAMS, visibility="public",
                status="running", cost=1, work=1, attempt=1, total_steps=60_000, queued_at=datetime.now(UTC),
                lease_until=datetime(2100, 1, 1, tzinfo=UTC),
            )
            for _ in range(count)
        ]  # fmt: skip
        await Generation.insert(*rows)
        return [row.id for row in rows]


def run(stage: Stage, server: Server, sizes: Iterable[int], say: Callable[[str], None]) -> Figures:
    if server.name == DEFLATING:
        return _named("deflate", watched(stage, server, [stage.generations[0]] * 1000, deflate=True))
    found: Figures = {}
    before = server.kilobytes
    for n in sizes:
        say(f"{server.name}: {n} watchers")
        found |= _named(str(n), watched(stage, server, [stage.generations[0]] * n))
    found["kilobytes"] = (found["1000 resident"] - before) / 1000
    if server.name == FLOOR:
        return found
    say(f"{server.name}: {JOBS} jobs")
    found |= _named("jobs", watched(stage, server, stage.generations, hz=JOB_HZ))
    if server.name == OURS:
        say(f"{server.name}: deflate offered")
        found |= _named("deflate", watched(stage, server, [stage.generations[0]] * 1000, deflate=True))
        say(f"{server.name}: some stop reading")
        found |= stalled(stage, server)
        say(f"{server.name}: all come at once")
        found["storm"] = storm(stage, server)
    return found


def _named(name: str, figures: Figures) -> Figures:
    return {f"{name} {figure}": value for figure, value in figures.items()}


def watched(stage: Stage, server: Server, watched: list[UUID], hz: float = HZ, deflate: bool = False) -> Figures:
    generations = list(dict.fromkeys(watched))
    opened = stage.open(server, watched, deflate=deflate)
    time.sleep(0.5)
    resident = server.kilobytes
    try:
        stage.publish(generations, hz, 1)
        time.sleep(0.3)
        return _measured(stage, server, generations, hz, len(watched) // len(generations)) | {
            "resident": resident, "deflated": opened["deflated"],
        }  # fmt: skip
    finally:
        stage.ask("close")
        time.sleep(0.3)


def _measured(stage: Stage, server: Server, generations: list[UUID], hz: float, each: int) -> Figures:
    stage.ask("window")
    before = server.cpu_seconds
    rounds = stage.publish(generations, hz, SECONDS)
    time.sleep(0.5)
    spent = server.cpu_seconds - before
    seen = stage.ask("window")
    expected = rounds * len(generations) * each
    return {
        "cpu": spent * 1e6 / max(1, seen["frames"]), "delivered": 100 * seen["frames"] / expected,
        "p50": seen.get("p50", float("nan")), "p99": seen.get("p99", float("nan")),
    }  # fmt: skip


def stalled(stage: Stage, server: Server, n: int = 200, stop: int = 20) -> Figures:
    """The same watchers, by turns all reading and some of them not."""
    generations = [stage.generations[0]]
    stage.open(server, generations * n)
    well, ill = [], []
    before = server.kilobytes
    try:
        for _ in range(2):
            stage.publish(generations, HZ, 1)
            well.append(_measured(stage, server, generations, HZ, n))
            stage.ask("stall", count=stop)
            stage.publish(generations, HZ, 3)  # until the kernel's buffers are full
            ill.append(_measured(stage, server, generations, HZ, n - stop))
            kilobytes = (server.kilobytes - before) / stop
            stage.ask("resume", count=stop)
        return {
            "unstalled p99": median(each["p99"] for each in well),
            "stalled p99": median(each["p99"] for each in ill),
            "stalled delivered": median(each["delivered"] for each in ill),
            "stalled kilobytes": kilobytes,
        }
    finally:
        stage.ask("close")


def storm(stage: Stage, server: Server, n: int = 1000) -> float:
    """Everybody reconnects in the same moment; seconds until the last one has the newest frame."""
    generation_id = stage.generations[1]
    now = STAMP.pack(time.monotonic())
    packet = preview.pack(preview.Preview(generation_id, 0, 1, 1, 60_000, now + IMAGE))
    stage.redis.set(bus.frame_key(generation_id), packet, ex=600)
    try:
        answer = stage.open(server, [generation_id] * n, at_once=n, wait_first=True)
        return float(answer["first_s"])
    finally:
        stage.ask("close")

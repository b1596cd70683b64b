"""Explore from a thousand to a million items: the query at the first page and deep down, and whole pages over HTTP."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from app import db
from app.domain import accounts, showing
from app.domain.paging import cursor_of
from app.embedded import free_port
from app.models import Creation
from bench.report import Row, median, note, row
from bench.services import servers

TITLE = "explore: flat from a thousand items to a million"
SIZES = (1_000, 100_000, 1_000_000)
DEEP = 0.9
AMONG_FEW = "first of 1,000"
CHUNK = 50_000
TIMES, ROUNDS = 40, 5
PAGES, VISITORS = 600, 16


def run(say: Callable[[str], None]) -> list[Row]:
    with servers():
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    rows: list[Row] = []
    async with db.pool(4):
        maker = await accounts.sign_up("Bench", f"bench{os.getpid()}@example.org", "a password for a bench", "public")
        smallest: list[float] = []
        have = 0
        for size in SIZES:
            say(f"filling up to {size:,} items")
            await _fill(maker.id, have, size)
            have = size
            deep = await _cursor_at(int(size * DEEP))
            first, far, offset = [], [], []
            for turn in range(ROUNDS):
                say(f"{size:,} items, round {turn + 1} of {ROUNDS}")
                first.append(await _milliseconds(showing.explore))
                far.append(await _milliseconds(lambda: showing.explore(cursor=deep)))  # noqa: B023
                offset.append(await _milliseconds(lambda: _offset(int(size * DEEP)), 2))  # noqa: B023
            smallest = smallest or first
            rows += [
                row(f"first page of {size:,}", first, unit="ms", peer=smallest, peer_name=AMONG_FEW, most_ratio=1.2),
                row(f"page at 90 % of {size:,}", far, unit="ms", peer=smallest, peer_name=AMONG_FEW, most_ratio=1.2),
                row(f"the same by OFFSET, {size:,}", offset, unit="ms", peer=far, peer_name="keyset"),
            ]
        rows += await _over_http(say)
    return rows


async def _fill(owner: Any, have: int, want: int) -> None:
    for first in range(have, want, CHUNK):
        await Creation.raw(
            "INSERT INTO creation (id, owner, kind, slug, media_key, prompt, params, model, visibility, width, height,"
            " likes, created_at, published_at)"
            " SELECT gen_random_uuid(), {}::uuid, 'image', 's' || n, 'm' || n, 'a red fox ' || n,"
            " jsonb_build_object(), 'bench', 'public', 1024, 1024, n % 97,"
            " now() - n * interval '1 second', now() - n * interval '1 second'"
            " FROM generate_series({}::int, {}::int) AS n",
            owner, first + 1, min(first + CHUNK, want),
        )  # fmt: skip
    await Creation.raw("ANALYZE creation")


async def _cursor_at(depth: int) -> str:
    rows = await Creation.raw(
        "SELECT published_at, id FROM public_creation ORDER BY published_at DESC, id DESC OFFSET {} LIMIT 1", depth
    )
    return cursor_of(rows[0]["published_at"], rows[0]["id"])


async def _offset(depth: int) -> None:
    await Creation.raw(
        f"SELECT {showing.COLUMNS} FROM public_creation ORDER BY published_at DESC, id DESC OFFSET {{}} LIMIT 49",
        depth,
    )


async def _milliseconds(call: Callable[[], Awaitable[object]], times: int = TIMES) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


async def _over_http(say: Callable[[str], None]) -> list[Row]:
    """Whole pages from one real web process, sixteen visitors at once, at the largest size."""
    port = free_port(Path("explore"))
    env = os.environ | {"PORT": str(port), "LOG_LEVEL": "warning"}
    web = subprocess.Popen([sys.executable, "-m", "app", "web"], env=env)  # noqa: ASYNC220
    try:
        await _answers(port)
        process = psutil.Process(web.pid)
        say("pages over HTTP")
        await _visit(port, "/explore", 50)
        rates, slowest, cpu = [], [], []
        for turn in range(3):
            say(f"pages over HTTP, round {turn + 1} of 3")
            before, began = sum(process.cpu_times()[:2]), time.perf_counter()
            taken = await _visit(port, "/explore", PAGES)
            rates.append(PAGES / (time.perf_counter() - began))
            cpu.append((sum(process.cpu_times()[:2]) - before) / PAGES * 1000)
            slowest.append(sorted(taken)[int(len(taken) * 0.99)] * 1000)
    finally:
        web.terminate()
        web.wait()
    return [
        row("whole pages a second, one process", rates, least=800),
        row("CPU of a whole page", cpu, unit="ms"),
        row("p99 of a whole page, 16 visitors", slowest, unit="ms", most=30),
        note("Whole pages: 48 cards, visitor without an account, the visitors run on the same cores as the server."),
    ]


async def _visit(port: int, path: str, count: int) -> list[float]:
    taken: list[float] = []
    left = iter(range(count))

    async def visitor() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        for _ in left:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(visitor() for _ in range(VISITORS)))
    return taken


async def _answers(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(200):
            try:
                await http.get(f"http://127.0.0.1:{port}/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise SystemExit("The web process did not start.")

"""A hundred megabytes through the web process: its memory, its processor, and how long until they are stored."""

import asyncio
import os
import random
import subprocess
import sys
import time
import wave
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path
from signal import SIGKILL

import httpx
import psutil
from PIL import Image

from app import db
from app.domain import accounts, keys
from app.embedded import free_port
from bench.report import Row, row
from bench.services import servers

TITLE = "Uploads: a hundred megabytes, and the process hardly notices"
REPETITIONS = 5
SAMPLES = 24_800_000
"Eight minutes and a half of stereo: 99 MB."
BOUNDARY = "of-a-browser"
BARE = """
import uvicorn
from litestar import Litestar, Request, get, post
@get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}
@post("/api/v1/uploads", request_max_body_size=None)
async def take(request: Request) -> dict[str, int]:
    return {"fields": len(await request.form())}
uvicorn.run(Litestar([live, take]), port=%d, log_level="warning")
"""


def run(say: Callable[[str], None]) -> list[Row]:
    with servers():
        return asyncio.run(_run(say))


async def _run(say: Callable[[str], None]) -> list[Row]:
    found: dict[str, list[float]] = {}
    async with db.pool(2):
        person = await accounts.sign_up("Bench", f"bench{os.getpid()}@example.org", "a password for a bench", "public")
        _, token = await keys.create(person.id, "Bench", {"create"})
        key = {"Authorization": f"Bearer {token}"}
    sound, photo = _form(_sound()), _form(_photo())
    for repetition in range(REPETITIONS):
        say(f"{repetition + 1} of {REPETITIONS}")
        await _once("ours", [sys.executable, "-m", "app", "web"], key, sound, photo, found)
        await _once("bare", [sys.executable, "-c", BARE], key, sound, photo, found)
    peer = "Litestar's form, kept as it is"
    return [
        row("99 MB of sound: memory above a process before its first upload", found["ours memory"], unit="MB", most=20,
            peer=found["bare memory"], peer_name=peer),
        row("its processor, of the web process alone", found["ours cpu"], unit="s", peer=found["bare cpu"],
            peer_name=peer),
        row("until it is checked, written anew and stored", found["ours sound"], unit="s"),
        row("a photo of 12 megapixels, the same", found["ours photo"], unit="s"),
    ]  # fmt: skip


async def _once(
    name: str, command: list[str], key: dict[str, str], sound: list[bytes], photo: list[bytes],
    found: dict[str, list[float]],
) -> None:  # fmt: skip
    port = free_port(Path(f"/bench/uploads/{name}/{time.monotonic()}"))
    command = [part % port if part is BARE else part for part in command]
    env = {**os.environ, "PORT": str(port), "LOG_LEVEL": "error", "UPLOAD_QUOTA_MB": "100000"}
    process = subprocess.Popen(command, env=env)  # noqa: ASYNC220 - it is what is measured
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=key, timeout=120) as client:
            await _until_it_answers(client, process)
            before = _megabytes(process.pid, "VmRSS")
            await _send(client, photo)
            seconds = {"photo": await _send(client, photo)}
            worked = _cpu(process.pid)
            seconds["sound"] = await _send(client, sound)
        grown = max(0.0, _megabytes(process.pid, "VmHWM") - before)
        for what, value in {"memory": grown, "cpu": _cpu(process.pid) - worked, **seconds}.items():
            found.setdefault(f"{name} {what}", []).append(value)
    finally:
        process.send_signal(SIGKILL)
        process.wait()


async def _until_it_answers(client: httpx.AsyncClient, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            (await client.get("/health/live")).raise_for_status()
        except httpx.TransportError:
            await asyncio.sleep(0.02)
        else:
            return
    raise SystemExit("The web process did not start.")


async def _send(client: httpx.AsyncClient, parts: list[bytes]) -> float:
    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(sum(map(len, parts))),
    }  # fmt: skip
    began = time.monotonic()
    (await client.post("/api/v1/uploads", content=body(), headers=headers)).raise_for_status()
    return time.monotonic() - began


def _form(file: bytes) -> list[bytes]:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="agreed"\r\n\r\nyes\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    )
    pieces = [file[at : at + 256 * 1024] for at in range(0, len(file), 256 * 1024)]
    return [head.encode(), *pieces, f"\r\n--{BOUNDARY}--\r\n".encode()]


def _sound() -> bytes:
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        noise = random.Random(1).randbytes(1_000_000)
        file.writeframes((noise * (SAMPLES * 4 // len(noise) + 1))[: SAMPLES * 4])
    return written.getvalue()


def _photo() -> bytes:
    written = BytesIO()
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(written, "JPEG", quality=85)
    return written.getvalue()


def _megabytes(pid: int, field: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split(f"{field}:")[1].split()[0]) * 1024 / 1e6


def _cpu(pid: int) -> float:
    """Its own and not its children's."""
    return float(sum(psutil.Process(pid).cpu_times()[:2]))

"""The web process: how soon it answers, how much memory it takes, and that no model is loaded into it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from app import embedded
from bench.report import Row, row
from bench.services import servers

TITLE = "The web process: start, memory, nothing of torch"
REPETITIONS = 5
HELLO = """
import uvicorn
from litestar import Litestar, get
@get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}
uvicorn.run(Litestar([live]), port=%d, log_level="warning")
"""


def run(say: Callable[[str], None]) -> list[Row]:
    names = ("ours", "cpu", "memory", "busy", "torch", "bare", "bare cpu", "bare memory")
    found: dict[str, list[float]] = {name: [] for name in names}
    with servers():
        for repetition in range(REPETITIONS):
            say(f"{repetition + 1} of {REPETITIONS}")
            _ours(found)
            _bare(found)
    return [
        row("from its start to an answer", found["ours"], unit="s", peer=found["bare"], peer_name="hello in Litestar",
            most=2),
        row("processor until then", found["cpu"], unit="s", peer=found["bare cpu"], peer_name="hello in Litestar",
            most=2),
        row("memory after its start", found["memory"], unit="MB", peer=found["bare memory"],
            peer_name="hello in Litestar", most=150),
        row("memory after 200 pages", found["busy"], unit="MB", most=150),
        row("libraries of torch in it", found["torch"], most=0),
    ]  # fmt: skip


def _ours(found: dict[str, list[float]]) -> None:
    port = embedded.free_port(Path(f"/bench/web/{time.monotonic()}"))
    began = time.monotonic()
    env = {**os.environ, "PORT": str(port), "LOG_LEVEL": "error"}
    process = subprocess.Popen([sys.executable, "-m", "app", "web"], env=env)
    try:
        found["ours"].append(_answers(port, process) - began)
        found["cpu"].append(_cpu_seconds(process))
        found["memory"].append(_megabytes(process))
        for _ in range(100):
            for path in ("/", "/explore"):
                _read(port, path)
        found["busy"].append(_megabytes(process))
        mapped = {Path(part.path).name for part in psutil.Process(process.pid).memory_maps()}
        found["torch"].append(float(sum("torch" in name for name in mapped)))
    finally:
        process.send_signal(SIGKILL)
        process.wait()


def _bare(found: dict[str, list[float]]) -> None:
    port = embedded.free_port(Path(f"/bench/bare/{time.monotonic()}"))
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", HELLO % port])
    try:
        found["bare"].append(_answers(port, process) - began)
        found["bare cpu"].append(_cpu_seconds(process))
        found["bare memory"].append(_megabytes(process))
    finally:
        process.send_signal(SIGKILL)
        process.wait()


def _answers(port: int, process: "subprocess.Popen[bytes]") -> float:
    while process.poll() is None:
        try:
            _read(port, "/health/live")
        except URLError:
            time.sleep(0.005)
        else:
            return time.monotonic()
    raise SystemExit("The web process did not start.")


def _read(port: int, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        content: bytes = answer.read()
        return content


def _cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    """What it asked of the machine, whoever else was using it."""
    return float(sum(psutil.Process(process.pid).cpu_times()[:2]))


def _megabytes(process: "subprocess.Popen[bytes]") -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6

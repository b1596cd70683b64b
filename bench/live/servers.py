"""The studio's own web process and what it is compared with, each as a process of its own."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from signal import SIGKILL
from urllib.parse import urlsplit

import psutil

from app import embedded

HERE = Path(__file__).parent
UVICORN = ["-m", "uvicorn", "--loop", "uvloop", "--log-level", "warning", "--no-access-log", "--host", "127.0.0.1"]
UVICORN += ["--ws", "websockets-sansio"]

OURS, FLOOR, CHANNELS, SOCKETIO = "ours", "floor", "channels", "socket.io"
DEFLATING = "channels, deflating"


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def cpu_seconds(self) -> float:
        return sum(_cpu_seconds(part) for part in self._parts())

    @property
    def kilobytes(self) -> float:
        return sum(part.memory_info().rss for part in self._parts()) / 1024

    def _parts(self) -> list[psutil.Process]:
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]


def _cpu_seconds(process: psutil.Process) -> float:
    """To the nanosecond where the kernel tells; the usual clock ticks a hundred times a second."""
    try:
        tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return float(sum(process.cpu_times()[:2]))


def command(name: str, port: int) -> list[str]:
    python = [sys.executable]
    return {
        OURS: [*python, "-m", "app", "web"],
        FLOOR: [str(compiled())] if compiled() else [*python, "-m", "bench.live.floor"],
        CHANNELS: [
            *python, *UVICORN, "--ws-per-message-deflate", "false", "--port", str(port), "bench.live.channels_app:app"
        ],
        DEFLATING: [*python, *UVICORN, "--port", str(port), "bench.live.channels_app:app"],
        SOCKETIO: [*python, *UVICORN, "--port", str(port), "bench.live.socketio_app:app"],
    }[name] + (floor_arguments(port) if name == FLOOR else [])  # fmt: skip


def floor_arguments(port: int) -> list[str]:
    """It hears one topic, the one that Stage plays on."""
    redis = urlsplit(os.environ["REDIS_URL"])
    return [str(port), str(redis.port), redis.password or "", os.environ["BENCH_TOPIC"]]


def available(name: str) -> bool:
    return name != SOCKETIO or importlib.util.find_spec("socketio") is not None


@cache
def compiled() -> Path | None:
    """The floor in C where there is a compiler; else the bare transports of uvloop, which are near it."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    program = Path(tempfile.mkdtemp(prefix="qi-floor-")) / "floor"
    done = subprocess.run([compiler, "-O2", "-o", str(program), str(HERE / "floor.c")], capture_output=True)
    return program if done.returncode == 0 else None


@contextmanager
def running(name: str, **env: str) -> Iterator[Server]:
    port = embedded.free_port(Path(f"/bench/{name}/{time.monotonic()}"))
    asked: Mapping[str, str] = os.environ | {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"} | env
    process = subprocess.Popen(
        command(name, port), env=asked, cwd=HERE.parent.parent,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(process, port, name)
        yield Server(name, port, process)
    finally:
        process.send_signal(SIGKILL)
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    import socket

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"The server called {name} did not start.")

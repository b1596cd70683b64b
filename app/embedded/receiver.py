"""The database's log, received as it is written: what a crash of the first disk leaves on the second."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, Signals
from subprocess import Popen

from app.embedded.child import open_log, spawn
from app.embedded.postgres import Postgres
from app.embedded.tools import environment, tool

SLOT = "backup"
# After an absence that was too long the server keeps nothing for us any more: the next base backup begins anew.
LOST = f"SELECT slot_name FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND wal_status = 'lost'"  # noqa: S608
DROP = f"SELECT pg_drop_replication_slot('{SLOT}')"


@dataclass
class Receiver:
    """pg_receivewal. It is no server: nothing waits for it, and nobody but the supervisor knows it."""

    postgres: Postgres
    folder: Path

    name = "The receiver of the log"
    stop_signal: Signals = SIGINT

    def spawn(self) -> Popen[bytes]:
        env = environment(self.postgres.url)
        self._prepare(env)
        with open_log(self.postgres.run / "receiver.log") as log:
            return spawn(
                [tool("pg_receivewal"), "--directory", self.folder, "--slot", SLOT, "--no-password", "--no-loop",
                 "--status-interval=1"],
                last_wish=SIGINT, env=env, output=log,
            )  # fmt: skip

    def _prepare(self, env: Mapping[str, str]) -> None:
        """A slot keeps the log for us while we are away. Failing here is no reason to stop: the next try comes soon."""
        if self._ask(env, LOST):
            self._ask(env, DROP)
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        create = [str(tool("pg_receivewal")), "--slot", SLOT, "--create-slot", "--if-not-exists", "--no-password"]
        subprocess.run(create, env=env, capture_output=True, check=False)

    @staticmethod
    def _ask(env: Mapping[str, str], query: str) -> str:
        command = [str(tool("psql")), "--no-psqlrc", "--tuples-only", "--no-align", "--no-password", "--command", query]
        return subprocess.run(command, env=env, capture_output=True, check=False, text=True).stdout.strip()

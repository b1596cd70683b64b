"""PostgreSQL from a wheel, run by us: the wheel's own manager changes accounts and folder modes of the system."""

import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL, Signals
from subprocess import PIPE, Popen

from app.embedded.child import open_log, spawn, write_private
from app.embedded.home import MAJOR, Home

USER = DATABASE = "studio"
SOCKET_PATH_LIMIT = 107
WHO_MAY_CONNECT = f"""\
local all {USER} scram-sha-256
host  all {USER} 127.0.0.1/32 scram-sha-256
host  replication {USER} 127.0.0.1/32 scram-sha-256
"""
# How much of its log is kept for a receiver of backups that is away; beyond it the disk matters more.
MOST_LOG_KEPT = "2GB"


@dataclass
class Postgres:
    """`durable=False` is for tests: a crash of the machine may lose data, a crash of the server does not."""

    home: Home
    run: Path
    port: int
    durable: bool = True

    name = "PostgreSQL"
    setting = "database_url"
    stop_signal: Signals = SIGINT
    "A fast shutdown: sessions are ended, everything committed is kept."

    @property
    def password(self) -> str:
        return (self.run / "postgres.password").read_text()

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}?sslmode=disable"

    def prepare(self) -> None:
        """Make the data folder on the first start; afterwards only look whether it fits."""
        version = self.home.data / "PG_VERSION"
        known = (self.run / "postgres.password").exists()
        if not version.exists():
            self._create()
        elif (found := version.read_text().strip()) != str(MAJOR):
            raise SystemExit(
                f"The folder {self.home.data} was written by PostgreSQL {found}, and this release brings {MAJOR}. "
                "Move the folder away and restore a backup; docs/operations.md, Upgrading, says how."
            )
        elif not known:
            self._set_password(self.home.data)
        (self.home.data / "pg_hba.conf").write_text(WHO_MAY_CONNECT)

    def recover(self, log: Path, until: str = "") -> None:
        """Bring a restored folder up to the end of the log that lies there, or to a moment, and give it a password."""
        (self.home.data / "recovery.signal").touch()
        # In double quotes for the shell; the server puts the names in.
        settings = {"restore_command": f'cp "{log}/%f" "%p"', "recovery_target_action": "promote",
                    # Otherwise the server insists on room for as many sessions as there were.
                    "hot_standby": "off"}  # fmt: skip
        if until:
            settings["recovery_target_time"] = until
        self._set_password(self.home.data, *_options(settings))

    def spawn(self) -> Popen[bytes]:
        with open_log(self.run / "postgres.log") as log:
            return spawn(
                [self.home.binaries / "postgres", "-D", self.home.data, *self._options()],
                last_wish=SIGINT, become=self.home.become, output=log, cwd=Path("/"), env=_environment(),
            )  # fmt: skip

    def is_ready(self, process: Popen[bytes]) -> bool:
        """The server writes its state into the eighth line of its pid file."""
        try:
            lines = (self.home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": self._socket_folder(),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "max_slot_wal_keep_size": MOST_LOG_KEPT,
            "jit": "off",
            "TimeZone": "UTC",
            "log_timezone": "UTC",
            # Statements and key values are people's words: they do not belong in a log.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not self.durable:
            # Commits still wait until the kernel has them: without that, a killed server forgets what it promised.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return _options(settings)

    def _socket_folder(self) -> str:
        """Quoted for a list; none where the path is longer than the kernel allows."""
        folder = self.home.data.parent.resolve()
        fits = len(bytes(folder / f".s.PGSQL.{self.port}")) <= SOCKET_PATH_LIMIT
        writable = self.home.become is None or self.home.data.resolve().stat().st_uid == os.geteuid()
        return '"{}"'.format(str(folder).replace('"', '""')) if fits and writable else ""

    def _create(self) -> None:
        """Beside its final place first, so that an interrupted start leaves nothing half made."""
        half = self.home.data.with_name("postgres.unfinished")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        owner = self.home.data.stat() if self.home.data.exists() else half.stat()
        os.chown(half, owner.st_uid, owner.st_gid)
        self._run(
            "initdb", "-D", half, "--username", USER, "--auth", "reject",
            "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
            "--no-sync",
        )  # fmt: skip
        (half / "pg_hba.conf").write_text(WHO_MAY_CONNECT)
        self._single_user(half, f"CREATE DATABASE {DATABASE}", "-c", "fsync=off")
        self._set_password(half, "-c", "fsync=off")
        if self.durable:
            # Once at the end, and in one call where the system has it: a file at a time takes seconds.
            self._run(
                "initdb", "-D", half, "--sync-only", *(["--sync-method=syncfs"] if sys.platform == "linux" else [])
            )
        if self.home.data.exists():
            self.home.data.rmdir()
        half.rename(self.home.data)

    def _set_password(self, data: Path, *options: str) -> None:
        password = secrets.token_urlsafe(24)
        self._single_user(data, f"ALTER ROLE {USER} PASSWORD '{password}'", *options)
        write_private(self.run / "postgres.password", password)

    def _single_user(self, data: Path, statement: str, *options: str) -> None:
        quiet = ("-c", "log_min_error_statement=panic")
        self._run("postgres", "--single", "-D", data, *quiet, *options, "postgres", feed=statement)

    def _run(self, program: str, *arguments: str | Path, feed: str = "") -> None:
        process = spawn(
            [self.home.binaries / program, *arguments],
            last_wish=SIGKILL, become=self.home.become, env=_environment(), cwd=Path("/"), stdin=PIPE, output=PIPE,
        )  # fmt: skip
        output, _ = process.communicate(f"{feed}\n".encode())
        if process.returncode:
            raise SystemExit(f"PostgreSQL could not be set up ({program}):\n{output.decode(errors='replace').strip()}")


def _options(settings: dict[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _environment() -> dict[str, str]:
    """Nothing of ours: PGDATA and its like would redirect the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

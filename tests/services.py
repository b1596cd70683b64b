"""The servers behind the tests, and a clean slate for each test that asks for one."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen

import asyncpg
import pytest

from app import cache, db, embedded, settings
from app.domain import policies, switches
from app.models import TABLES

# TRUNCATE makes each table and index anew and takes a fifth of a second; a few rows are deleted in a hundredth of it.
# As a replica, so that neither keys nor the triggers of what may never be changed are asked. Whoever still writes, such
# as the studio of the test before, is waited for.
NAMES = [f'"{table._meta.tablename}"' for table in TABLES]
EMPTY = (
    "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL session_replication_role = replica;"
    f" LOCK TABLE {', '.join(NAMES)} IN SHARE ROW EXCLUSIVE MODE;"
    f" {'; '.join(f'DELETE FROM {name}' for name in NAMES)}; COMMIT"
)


class Service:
    """A running server that a test may kill and start again. Call from the main thread, as tests do."""

    def __init__(self, server: embedded.Server) -> None:
        self.server = server
        self.process = embedded.start(server)

    @property
    def url(self) -> str:
        return self.server.url

    def kill(self) -> None:
        self.process.send_signal(SIGKILL)
        self.process.wait()

    def start(self) -> None:
        if self.process.poll() is not None:
            self.process = embedded.start(self.server)

    def stop(self) -> None:
        embedded.stop(self.server, self.process)


class Services:
    def __init__(self, postgres: Service, valkey: Service) -> None:
        self.postgres = postgres
        self.valkey = valkey


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """PostgreSQL with our schema, and Valkey; the settings point at them from here on."""
    data_dir = settings.load().data_dir
    with ExitStack() as stack:
        postgres = Service(embedded.postgres(data_dir, durable=False))
        stack.callback(postgres.stop)
        valkey = Service(embedded.valkey(data_dir, durable=False))
        stack.callback(valkey.stop)
        os.environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        settings.get.cache_clear()
        migrated = run_app("migrate")
        assert migrated.returncode == 0, migrated.stderr
        yield Services(postgres, valkey)


@pytest.fixture(scope="session")
async def database(services: Services, anyio_backend: object) -> AsyncIterator[None]:
    """The pool of this process. It lives as long as the one event loop of the session."""
    async with db.pool(10):
        yield
    await cache.close()


@pytest.fixture
async def clean(services: Services, database: None, anyio_backend: object) -> None:
    """No rows, no keys."""
    services.postgres.start()
    services.valkey.start()
    connection = await asyncpg.connect(settings.get().database_url)
    try:
        await connection.execute(EMPTY)
    finally:
        await connection.close()
    switches.forget()
    await policies.publish_first()
    await cache.redis().flushdb()


def run_app(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One of the studio's commands, to its end."""
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, env=os.environ | (env or {}), capture_output=True, text=True, timeout=120)


def start_app(*arguments: str, env: dict[str, str] | None = None, log: Path | None = None) -> Popen[bytes]:
    """One of the studio's commands that stays; it dies with the test process."""
    with embedded.open_log(log or Path(os.devnull)) as output:
        command = [sys.executable, "-m", "app", *arguments]
        return embedded.spawn(command, last_wish=SIGKILL, env=os.environ | (env or {}), output=output)

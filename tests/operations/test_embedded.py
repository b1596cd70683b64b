"""The embedded servers: nothing there at first, everything kept afterwards, nobody left behind."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen

import asyncpg
import pytest
import redis

from app import embedded
from app.embedded import home, unprivileged
from tests.operations.processes import alive, eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, with a space, and not there yet."""
    parent = Path(tempfile.mkdtemp(prefix="qi ", dir="/tmp"))
    parent.chmod(0o711)  # where user namespaces are forbidden, PostgreSQL runs as `nobody`
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="qi-home-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start() -> Iterator[Callable[[embedded.Server], Popen[bytes]]]:
    """Start a server that is stopped with the test."""
    with ExitStack() as stack:

        def start(server: embedded.Server) -> Popen[bytes]:
            process = embedded.start(server)
            stack.callback(embedded.stop, server, process)
            return process

        yield start


async def ask(server: embedded.Postgres, sql: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_postgres_keeps_what_was_committed(folder, start):
    server = embedded.postgres(folder, durable=False)
    process = start(server)
    asyncio.run(ask(server, "CREATE TABLE kept AS SELECT 'ÄÉ' AS word"))
    embedded.stop(server, process)

    again = embedded.postgres(folder, durable=False)
    start(again)

    assert again.url == server.url
    assert asyncio.run(ask(again, "SELECT lower(word) FROM kept")) == "äé"


def test_valkey_keeps_what_it_was_told(folder, start):
    server = embedded.valkey(folder)
    process = start(server)
    redis.Redis.from_url(server.url).set("told", "yes")
    embedded.stop(server, process)

    start(server)

    assert redis.Redis.from_url(server.url).get("told") == b"yes"


async def test_both_refuse_a_stranger(services):
    port = services.postgres.server.port
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://studio:guess@127.0.0.1:{port}/studio")

    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=services.valkey.server.port).ping()


def test_secrets_are_readable_by_their_owner_alone(folder):
    server = embedded.valkey(folder)
    server.prepare()
    embedded.publish(folder, [server])

    assert mode(folder / "run") == "0o700"
    assert {mode(path) for path in (folder / "run").iterdir()} == {"0o600"}
    assert json.loads((folder / "run" / "services.json").read_text()) == {"redis_url": server.url}


def test_a_lost_password_is_made_anew(folder, start):
    server = embedded.postgres(folder, durable=False)
    embedded.stop(server, start(server))
    (folder / "run" / "postgres.password").unlink()

    start(server)

    assert asyncio.run(ask(server, "SELECT 1")) == 1


def test_another_major_version_is_named(folder, start):
    server = embedded.postgres(folder, durable=False)
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(SystemExit, match="written by PostgreSQL 16, and this release brings 18"):
        start(server)


def test_an_interrupted_first_start_leaves_nothing_half_made(folder, start):
    server = embedded.postgres(folder, durable=False)
    (folder / "postgres.unfinished" / "base").mkdir(parents=True)

    start(server)

    assert asyncio.run(ask(server, "SELECT 1")) == 1
    assert not (folder / "postgres.unfinished").exists()


def test_errors_in_the_log_carry_no_values(folder, start):
    server = embedded.postgres(folder, durable=False)
    start(server)
    asyncio.run(ask(server, "CREATE TABLE t (email text UNIQUE)"))
    with pytest.raises(asyncpg.UniqueViolationError):
        asyncio.run(ask(server, "INSERT INTO t VALUES ('a@b.c'), ('a@b.c')"))

    assert "unique constraint" in (folder / "run" / "postgres.log").read_text()
    assert "a@b.c" not in (folder / "run" / "postgres.log").read_text()


PARENT = """
import sys, time
from pathlib import Path
from app import embedded
servers = [embedded.postgres(Path(sys.argv[1])), embedded.valkey(Path(sys.argv[1]))]
print(*[embedded.start(server).pid for server in servers], flush=True)
time.sleep(60)
"""


def test_whoever_is_killed_leaves_nobody_behind(folder, start):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.send_signal(SIGKILL)

    eventually(lambda: not any(alive(pid) for pid in pids))
    start(embedded.postgres(folder))
    assert "database system was shut down at" in (folder / "run" / "postgres.log").read_text().rpartition("starting")[2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand its folder to another account")
@pytest.mark.parametrize("parent_mode", [0o700, 0o755])
def test_root_without_namespaces_hands_the_folder_over(folder, start, elsewhere, parent_mode, monkeypatch):
    monkeypatch.setattr(home, "SYSTEM_HOME", elsewhere)
    folder.parent.chmod(parent_mode)
    folder.mkdir()
    place = home.choose(folder, namespaces=False)
    server = embedded.Postgres(place, embedded.run_folder(folder), embedded.free_port(folder), durable=False)

    start(server)

    assert asyncio.run(ask(server, "SELECT 1")) == 1
    assert (folder / "postgres").stat().st_uid != 0
    assert mode(folder.parent) == oct(parent_mode)
    assert home.choose(folder).become is unprivileged.switch_account

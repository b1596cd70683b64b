"""One command starts everything, keeps it alive and takes everything with it when it goes."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM
from subprocess import Popen

import asyncpg
import httpx
import pytest

from app import embedded
from tests.operations.processes import alive, children, eventually

# A stand-in for `python -m app NAME`: quick to start, and it says who it is.
PART = """
import http.server, os, sys, time
name = sys.argv[1]
print("part", name, os.getpid(), flush=True)
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["DATABASE_URL"].encode())
    def log_message(self, *words): pass
if name == "web":
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
if name != "migrate":
    time.sleep(120)
"""
STUDIO = f"""
import asyncio, sys
from app import supervisor
asyncio.run(supervisor.run(lambda name: [sys.executable, "-c", {PART!r}, name]))
"""


class Running:
    """A studio of stand-ins, with what it prints."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = embedded.free_port(folder)
        wanted = {"DATA_DIR": str(folder), "PORT": str(self.port)} | env
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        folder.mkdir(exist_ok=True)
        self.output = folder.parent / f"output-{wanted['PORT']}"
        with self.output.open("wb") as output:
            self.process = Popen(
                [sys.executable, "-c", STUDIO], env=clean | wanted, stdout=output, stderr=subprocess.STDOUT
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, sentence: str, times: int = 1) -> None:
        eventually(lambda: len(re.findall(sentence, self.said())) >= times, self.said)

    def pid(self, name: str) -> int:
        return int(re.findall(rf"part {name} (\d+)", self.said())[-1])

    def everybody(self) -> list[int]:
        return [pid for child in children(self.process.pid) for pid in (child, *children(child))]

    def server_pid(self, name: str) -> int:
        return next(
            pid for pid in children(self.process.pid) if name in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
        )

    def database_url(self) -> str:
        return json.loads((self.folder / "run" / "services.json").read_text())["database_url"]


@pytest.fixture
def folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="qi-", dir="/tmp"))
    parent.chmod(0o711)  # where user namespaces are forbidden, PostgreSQL runs as `nobody`
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
def studio(folder: Path) -> Iterator[Running]:
    running = Running(folder)
    for sentence in ("The studio is open", "part worker", "part housekeeping"):
        running.wait_for(sentence)
    yield running
    everybody = running.everybody()
    running.process.send_signal(SIGKILL)
    running.process.wait()
    eventually(lambda: not any(alive(pid) for pid in everybody))


def test_it_says_where_it_is_and_gives_everybody_the_database(studio):
    url = f"http://127.0.0.1:{studio.port}"

    assert f"The studio is open: {url}" in studio.said()
    assert httpx.get(url).text == studio.database_url()
    assert studio.said().index("part web") < studio.said().index("part worker")


@pytest.mark.parametrize("signal", [SIGINT, SIGTERM])
def test_it_stops_everything_in_order_when_asked(studio, signal):
    everybody = studio.everybody()

    studio.process.send_signal(signal)

    assert studio.process.wait(30) == 0
    assert studio.said().endswith("Stopping ...\nStopped.\n")
    assert not any(alive(pid) for pid in everybody)
    assert not (studio.folder / "run" / "services.json").exists()
    assert "database system is shut down" in (studio.folder / "run" / "postgres.log").read_text()


def test_killed_it_leaves_nobody_behind(studio):
    everybody = studio.everybody()

    studio.process.send_signal(SIGKILL)
    studio.process.wait()

    assert len(everybody) > 5
    eventually(lambda: not any(alive(pid) for pid in everybody))


@pytest.mark.parametrize("name", ["web", "worker", "housekeeping"])
def test_a_part_that_dies_is_started_again(studio, name):
    os.kill(studio.pid(name), SIGKILL)

    studio.wait_for(f"part {name}", times=2)
    assert f"{name} was ended by SIGKILL. Starting it again in 0.2 s." in studio.said()
    assert alive(studio.pid(name))


def test_a_killed_postgres_comes_back_with_its_rows(studio):
    async def ask(sql: str) -> object:
        connection = await asyncpg.connect(studio.database_url())
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    asyncio.run(ask("CREATE TABLE kept AS SELECT 42 AS answer"))

    os.kill(studio.server_pid("postgres"), SIGKILL)

    studio.wait_for("PostgreSQL is back.")
    assert asyncio.run(ask("SELECT answer FROM kept")) == 42


def test_a_killed_valkey_comes_back(studio):
    os.kill(studio.server_pid("valkey"), SIGKILL)

    studio.wait_for("Valkey is back.")


def test_a_taken_port_is_named(folder):
    port = embedded.free_port(folder)
    with socket.create_server(("127.0.0.1", port)):
        running = Running(folder, PORT=str(port))

        assert running.process.wait(20) == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in running.said()
    assert f"make run PORT={port + 1}" in running.said()


def test_a_second_studio_on_the_same_folder_is_refused(studio, folder):
    second = Running(folder, PORT="1")
    assert second.process.wait(20) == 1
    assert "A studio is already running on the folder" in second.said()


def test_a_database_that_does_not_answer_is_named(folder):
    running = Running(folder, DATABASE_URL="postgresql://studio:hush@127.0.0.1:1/studio")

    assert running.process.wait(20) == 1
    assert "The database does not answer" in running.said()
    assert "hush" not in running.said()
    assert "Traceback" not in running.said()


def test_a_wrong_setting_stops_it_with_a_sentence(folder):
    running = Running(folder, PORT="many")

    assert running.process.wait(20) == 1
    assert "A setting is wrong: PORT" in running.said()
    assert "Traceback" not in running.said()


def receives(running: Running) -> bool:
    with contextlib.suppress(StopIteration, OSError):
        return running.server_pid("pg_receivewal") > 0
    return False


@pytest.mark.policy("P44")
def test_with_a_place_for_backups_the_log_is_received_and_received_again_after_a_fall(folder: Path):
    running = Running(folder, BACKUP_URL=f"file://{folder.parent / 'away'}")
    try:
        running.wait_for("The studio is open")
        eventually(lambda: list((folder / "wal").glob("*.partial")) != [], running.said)

        os.kill(running.server_pid("pg_receivewal"), SIGKILL)

        running.wait_for("The receiver of the log was ended by SIGKILL")
        eventually(lambda: receives(running), running.said)
    finally:
        running.process.send_signal(SIGTERM)
        assert running.process.wait(30) == 0

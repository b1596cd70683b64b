"""The database into one sealed file: the embedded server's folder with its log, or a dump of a server elsewhere."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from app import embedded, vault
from app.errors import DomainError
from app.models import TABLES
from app.vault import Written

FILES, DUMP = "base.tar.gz.age", "studio.dump.age"
COPY = ("pg_basebackup", "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
        "--compress=client-gzip:1", "--no-manifest", "--no-password")  # fmt: skip
WRITE_OUT = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password")


async def system_of(url: str) -> str:
    """A number that a database gets when it is made, and keeps through every restore."""
    async with _connected(url) as connection:
        return str(await connection.fetchval("SELECT system_identifier FROM pg_control_system()"))


async def log_at(url: str) -> str:
    """The file of the log that is being written."""
    async with _connected(url) as connection:
        return str(await connection.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"))


async def rows(url: str) -> dict[str, int]:
    names = [table._meta.tablename for table in TABLES]
    async with _connected(url) as connection:
        return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}  # noqa: S608


def copy_files(path: str, url: str) -> Written:
    return _seal_output(path, [str(embedded.tool(COPY[0])), *COPY[1:]], url)


def write_out(path: str, url: str) -> Written:
    return _seal_output(path, [str(embedded.tool(WRITE_OUT[0], ours=False)), *WRITE_OUT[1:]], url)


def read_in(dump: Path, url: str) -> None:
    command = [str(embedded.tool("pg_restore", ours=False)), "--exit-on-error", "--no-owner", "--no-privileges",
               "--no-password", "--dbname", url.rpartition("/")[2].partition("?")[0], str(dump)]  # fmt: skip
    done = subprocess.run(command, env=embedded.environment(url), capture_output=True, text=True, check=False)
    if done.returncode:
        raise DomainError("pg_restore did not succeed: {said}", said=last_line(done.stderr))


def _seal_output(path: str, command: Sequence[str], url: str) -> Written:
    """Straight from the tool to its place, sealed on the way: no disk here has to hold it."""
    env = embedded.environment(url)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if not (process.stdout and process.stderr):
            raise RuntimeError("a pipe is missing")
        written = vault.seal(path, process.stdout)
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        vault.delete([path])
        raise DomainError("{tool} did not succeed: {said}", tool=Path(command[0]).name, said=last_line(said))
    return written


def last_line(said: str) -> str:
    return (said.strip().splitlines() or ["it said nothing"])[-1]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise DomainError("The database does not answer: {said}", said=str(error)) from None
    try:
        yield connection
    finally:
        await connection.close()

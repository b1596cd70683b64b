"""The way to a backup and back that docs/operations.md describes."""

import subprocess
from pathlib import Path

import asyncpg

from app.embedded.home import installed
from app.models import Account


def tool(name: str, *arguments: str) -> None:
    subprocess.run([str(installed() / "bin" / name), *arguments], check=True, capture_output=True)


async def test_a_dump_brings_back_what_was_lost(clean, services, tmp_path: Path):
    url, dump = services.postgres.url, str(tmp_path / "studio.dump")
    await Account(name="Alice", handle="alice", email="alice@example.org").save()
    tool("pg_dump", "--format=custom", "--file", dump, url)
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE restored")
    await connection.close()

    tool("pg_restore", "--clean", "--if-exists", "--dbname", (elsewhere := url.replace("/studio?", "/restored?")), dump)

    connection = await asyncpg.connect(elsewhere)
    assert await connection.fetchval("SELECT name FROM account") == "Alice"
    assert await connection.fetchval("SELECT count(*) FROM migration") > 0
    await connection.close()

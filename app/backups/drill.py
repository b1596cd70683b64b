"""The proof that a backup is one: the newest is restored to a place of its own, looked at, and thrown away."""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec

from app import embedded, settings, vault
from app.backups import database, manifest, media
from app.backups.making import Tell, why
from app.backups.manifest import Manifest
from app.backups.restoring import ask, restore_database, running
from app.domain import leaving, safekeeping
from app.errors import DomainError

# Only ever added to, so a copy that went on with the log has no fewer.
GROWING = ("ledger_entry", "audit_event")
NEWEST = """SELECT greatest((SELECT max(posted_at) FROM ledger_entry), (SELECT max(at) FROM audit_event),
    (SELECT max(seen_at) FROM worker))"""
FILES_LOOKED_AT = 200


class Found(msgspec.Struct, frozen=True):
    rows: int
    files: int
    behind: float
    seconds: float


async def hold(tell: Tell) -> Found:
    """Noted for /trust and /metrics whichever way it ends."""
    began = datetime.now(UTC)
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=settings.get().data_dir))
    try:
        found = await _hold(folder, began, tell)
    except (DomainError, SystemExit, asyncpg.PostgresError, *vault.UNREACHABLE) as error:
        await safekeeping.note("drill", began, ok=False, told=why(error))
        raise DomainError("The drill failed: {why}", why=why(error)) from None
    finally:
        _throw_away(folder)
    told = f"{found.rows} rows, {found.files} files looked at"
    await safekeeping.note("drill", began, ok=True, told=told, behind=found.behind)
    return found


async def _hold(folder: Path, began: datetime, tell: Tell) -> Found:
    here = await _newest_row(settings.get().database_url)
    chosen = manifest.newest()
    restore_database(chosen, folder, tell)
    with running(folder, f"file://{folder / 'media'}") as env:
        ask(env, "migrate")
        tell("The erased stay erased, the books add up, the log of who did what is whole ...")
        await _erase_again(folder, env)
        ask(env, "credits", "check")
        ask(env, "audit", "verify")
        rows = await database.rows(env["DATABASE_URL"])
        _compare(chosen, rows)
        behind = await _behind(here, env["DATABASE_URL"])
    _verify_checksums(folder)
    tell("Files ...")
    files = media.check(_some_files())
    return Found(sum(rows.values()), files, behind, (datetime.now(UTC) - began).total_seconds())


async def _erase_again(folder: Path, env: Mapping[str, str]) -> None:
    place = folder / "media" / leaving.TOMBSTONES
    place.mkdir(parents=True)
    gone = [name.split("/")[1] for name, _ in vault.names(vault.TOMBSTONES)]
    for account_id in gone:
        (place / account_id).touch()
    ask(env, "erase", "--replay")
    connection = await asyncpg.connect(env["DATABASE_URL"])
    try:
        back = await connection.fetchval("SELECT count(*) FROM account WHERE email <> '' AND id::text = ANY($1)", gone)
    finally:
        await connection.close()
    if back:
        raise DomainError("{back} people who had left are in the copy.", back=back)


def _compare(chosen: Manifest, rows: Mapping[str, int]) -> None:
    for table in GROWING:
        if rows[table] < chosen.rows[table]:
            raise DomainError(
                "{table} has {here} rows and had {there}.", table=table, here=rows[table], there=chosen.rows[table]
            )


async def _newest_row(url: str) -> datetime | None:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(NEWEST)
    finally:
        await connection.close()


async def _behind(here: datetime | None, url: str) -> float:
    """What would be lost if the studio's disks had been lost when the drill began."""
    there = await _newest_row(url)
    return max(0.0, (here - there).total_seconds()) if here and there else 0.0


def _verify_checksums(folder: Path) -> None:
    """Of every page; the server has to be down for it."""
    server = embedded.postgres(folder)
    process = embedded.spawn(
        [embedded.tool("pg_checksums"), "--check", "--pgdata", server.home.data],
        last_wish=server.stop_signal, become=server.home.become, output=subprocess.PIPE,
    )  # fmt: skip
    output, _ = process.communicate()
    if process.returncode:
        raise DomainError("{said}", said=database.last_line(output.decode(errors="replace")))


def _some_files() -> list[str]:
    names = [name for name, _ in vault.names(media.FOLDER)]
    return random.sample(names, min(FILES_LOOKED_AT, len(names)))


def _throw_away(folder: Path) -> None:
    """Where the embedded server runs as another account, its folder is a link to elsewhere."""
    if (folder / "postgres").is_symlink():
        shutil.rmtree((folder / "postgres").resolve().parent, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)

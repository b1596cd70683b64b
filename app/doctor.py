"""`python -m app doctor`: what is there, what is missing, what is wrong, each in a sentence."""

import asyncio
import importlib.util
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app import answering, catalog, materials, pending, settings, storage, weights
from app.settings import Settings

# What Piccolo's migrations and the queries of the domain need.
OLDEST_POSTGRES = 14
# One is made each night: so much leaves room for one that failed.
LATE_BACKUP = timedelta(hours=36)
ROOM = 2_000_000_000


class Finding(NamedTuple):
    ok: bool
    subject: str
    sentence: str


def report() -> list[Finding]:
    """Look at everything. Loads torch where it is installed, so it takes a moment."""
    try:
        chosen = settings.load()
    except SystemExit as wrong:
        return [Finding(False, "settings", str(wrong))]
    return [Finding(True, "settings", "Every setting can be understood."), *asyncio.run(_look(chosen)), *_here(chosen)]


async def _look(chosen: Settings) -> list[Finding]:
    looks = (_database(chosen), _redis(chosen), _storage(chosen))
    return [finding for look in looks async for finding in look]


async def _database(chosen: Settings) -> AsyncIterator[Finding]:
    if not chosen.database_url:
        yield Finding(True, "database", "The embedded PostgreSQL is used; it starts with the studio and is not up now.")
        return
    try:
        connection = await asyncpg.connect(chosen.database_url, timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        where = f"PostgreSQL at {_without_password(chosen.database_url)}"
        yield Finding(False, "database", f"{where} cannot be reached: {_reason(error)}.")
        return
    try:
        version = connection.get_server_version()
        new_enough = version.major >= OLDEST_POSTGRES
        least = "" if new_enough else f", and the studio needs {OLDEST_POSTGRES} or newer"
        yield Finding(new_enough, "database", f"PostgreSQL {version.major} answers{least}.")
        yield (migrated := await _migrations(connection))
        if migrated.ok:
            yield await _backups(connection, chosen)
    finally:
        await connection.close()


async def _migrations(connection: asyncpg.Connection) -> Finding:
    if waiting := await pending.migrations(connection):
        return Finding(False, "migrations", f"{len(waiting)} of them have to be run: python -m app migrate.")
    return Finding(True, "migrations", "The tables are up to date.")


async def _backups(connection: asyncpg.Connection, chosen: Settings) -> Finding:
    if not chosen.backup_url:
        return Finding(
            chosen.is_local, "backups", "None are made: what this disk holds is lost with it. Set BACKUP_URL."
        )
    newest = await connection.fetchval("SELECT max(at) FROM backup_run WHERE what = 'backup' AND ok")
    if newest is None:
        return Finding(False, "backups", "None was made yet: python -m app backup, or wait for the night.")
    late = datetime.now(UTC) - newest > LATE_BACKUP
    key = chosen.backup_key or str(chosen.data_dir / "run" / "backup.key")
    return Finding(
        not late, "backups", f"The newest is of {newest:%Y-%m-%d %H:%M} UTC. Keep a copy of {key} elsewhere."
    )


async def _redis(chosen: Settings) -> AsyncIterator[Finding]:
    if not chosen.redis_url:
        yield Finding(True, "redis", "The embedded Valkey is used; it starts with the studio and is not up now.")
        return
    try:
        client = Redis.from_url(chosen.redis_url, socket_connect_timeout=5, socket_timeout=5)
        async with client:
            about = await client.info()
    except (OSError, ValueError, RedisError) as error:
        where = f"Redis at {_without_password(chosen.redis_url)}"
        yield Finding(False, "redis", f"{where} cannot be reached: {_reason(error)}.")
        return
    name = about.get("server_name", "redis").capitalize()
    yield Finding(True, "redis", f"{name} {about.get('valkey_version') or about.get('redis_version')} answers.")
    policy = about.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield Finding(False, "redis", f"When it is full it throws away what waits ({policy}): set noeviction.")


async def _storage(chosen: Settings) -> AsyncIterator[Finding]:
    where = _without_password(chosen.storage_url) or f"the folder {chosen.data_dir / 'media'}"
    key = f"doctor/{os.getpid()}"
    try:
        await storage.put(key, b"still here?")
        kept = await storage.get(key) == b"still here?"
        await storage.delete_all(key)
    except (Exception, SystemExit) as error:
        yield Finding(False, "storage", f"Media cannot be kept in {where}: {_reason(error)}.")
    else:
        yield Finding(kept, "storage", f"Media is kept in {where}, which takes and gives back bytes.")


def _here(chosen: Settings) -> Iterator[Finding]:
    """What concerns this machine alone."""
    free = shutil.disk_usage(_existing(chosen.data_dir)).free
    yield Finding(free > ROOM, "disk", f"{free / 1e9:.1f} GB are free where {chosen.data_dir} is.")
    yield _port(chosen)
    yield _address(chosen)
    yield _advisories()
    yield from _models()
    yield from _hardware(chosen)


def _port(chosen: Settings) -> Finding:
    place = f"Port {chosen.port} on {chosen.host}"
    try:
        family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
        socket.create_server((chosen.host, chosen.port), family=family).close()
    except OSError as error:
        if answering.web_answers(chosen):
            return Finding(True, "port", f"{place}: a studio answers there.")
        return Finding(False, "port", f"{place} cannot be used: {_reason(error)}. Another PORT= would do.")
    return Finding(True, "port", f"{place} is free.")


def _address(chosen: Settings) -> Finding:
    if chosen.secure or not chosen.is_reachable:
        return Finding(True, "address", f"People use {chosen.base_url}.")
    return Finding(False, "address", f"People use {chosen.base_url}, unencrypted: put a TLS proxy in front.")


def _advisories() -> Finding:
    """The clock of what this release is made of; its operator cannot wind it, only a newer release can."""
    found = materials.last_review("advisories")
    if found is None:
        return Finding(
            True,
            "advisories",
            "What this is made of was not compared with known advisories yet: scripts/advisories.py.",
        )
    days = (datetime.now(UTC).date() - found.on).days
    late = " Look for a newer release." if days > materials.LOOKED_AT_EVERY else ""
    return Finding(not late, "advisories", f"What this is made of was last compared with them {days} days ago.{late}")


def _models() -> Iterator[Finding]:
    try:
        offered = catalog.everything()
    except SystemExit as wrong:
        yield Finding(False, "models", str(wrong))
        return
    for name, model in offered.items():
        if faults := weights.faults(name, model.kind):
            yield Finding(False, "models", " ".join(faults))
            continue
        here = "is in its folder" if Path(name).exists() else "is fetched from the hub when a worker first loads it"
        yield Finding(True, "models", f"{model.title} ({name}) {here}; licence: {model.licence}.")
    for model in catalog.withheld():
        why = f"credits are sold here, and its licence ({model.licence}) is not known to allow that"
        yield Finding(False, "models", f"{model.title} ({model.id}) is not offered: {why}. See LICENSED_MODELS.")


def _hardware(chosen: Settings) -> Iterator[Finding]:
    if importlib.util.find_spec("torch") is None:
        yield Finding(True, "torch", "It is not installed: this machine can serve pages, and makes no pictures.")
        return
    from app.workers import hardware  # loads torch

    try:
        for reason in hardware.choose(chosen).reasons:
            yield Finding(True, "engine", reason)
    except SystemExit as wrong:
        yield Finding(False, "engine", str(wrong))


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _without_password(url: str) -> str:
    """By pattern, because an address that cannot be parsed has to be shown as well."""
    return re.sub(r"//[^/]*@", "//", url).partition("?")[0]


def _existing(path: Path) -> Path:
    path = path.resolve()
    return path if path.exists() else _existing(path.parent)

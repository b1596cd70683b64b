import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from app import embedded, settings, storage, vault
from app.backups import log
from tests.services import Services


class Place(NamedTuple):
    """Where backups go, where the log is received, and room to restore into."""

    away: Path
    received: Path
    elsewhere: Path

    async def receives_everything(self) -> None:
        """What is committed by now has been received, and is sent."""
        connection = await asyncpg.connect(settings.get().database_url)
        try:
            now = await connection.fetchval("SELECT pg_current_wal_lsn()")
            arrived = "SELECT count(*) FROM pg_stat_replication WHERE write_lsn >= $1"
            while not await connection.fetchval(arrived, now):  # noqa: ASYNC110, another process cannot set our event
                await asyncio.sleep(0.02)
        finally:
            await connection.close()
        log.send(self.received)


def forget_settings() -> None:
    for cached in (settings.get, storage.store, vault.store, vault.keys_store, vault.operators):
        cached.cache_clear()


@pytest.fixture
def place(services: Services) -> Iterator[Place]:
    """A studio with an embedded server, as `python -m app studio` tells of it, and a place for backups."""
    folder = Path(tempfile.mkdtemp(prefix="qb-", dir="/tmp"))
    folder.chmod(0o711)
    found = Place(folder / "away", folder / "received", folder / "elsewhere")
    before = dict(os.environ)
    os.environ |= {
        "BACKUP_URL": f"file://{found.away}", "WAL_DIR": str(found.received),
        "STORAGE_URL": f"file://{folder / 'media'}",
    }  # fmt: skip
    services.postgres.start()
    embedded.publish(settings.load().data_dir, [services.postgres.server, services.valkey.server])
    log._sent.clear()
    forget_settings()
    yield found
    embedded.withdraw(settings.load().data_dir)
    os.environ.clear()
    os.environ.update(before)
    forget_settings()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def receiver(place: Place, services: Services) -> AsyncIterator[embedded.Receiver]:
    server = services.postgres.server
    assert isinstance(server, embedded.Postgres)
    receiving = embedded.Receiver(server, place.received)
    process = receiving.spawn()
    yield receiving
    process.send_signal(receiving.stop_signal)
    process.wait()
    services.postgres.start()
    connection = await asyncpg.connect(settings.get().database_url)
    await connection.execute(f"SELECT pg_drop_replication_slot('{embedded.receiver.SLOT}')")
    await connection.close()

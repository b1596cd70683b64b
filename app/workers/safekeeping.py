"""Housekeeping's part in backups: the log goes out every few seconds, new files each minute, a whole one each night."""

import asyncio
import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from signal import SIGTERM
from typing import Any

from arq import cron

from app import cache, settings, vault
from app.backups import database, log, media
from app.domain import safekeeping

logger = logging.getLogger(__name__)

# Longer than a minute, so that a file whose place was away for a while is tried again.
LATELY = timedelta(minutes=15)
DAY = 24 * 60 * 60


async def send_log(ctx: dict[str, Any]) -> None:
    """When this last went well is a figure of /metrics: it says what would be lost with the disk."""
    folder = settings.get().received_log
    if not folder.exists():
        return
    try:
        await asyncio.to_thread(log.send, folder)
    except vault.UNREACHABLE as error:
        logger.error("the log was not taken by the place of backups: %s", type(error).__name__)
        return
    await cache.redis().set(safekeeping.LOG_SENT, time.time())


async def copy_files(ctx: dict[str, Any]) -> None:
    owners = await safekeeping.owners(datetime.now(UTC) - LATELY)
    try:
        await asyncio.to_thread(media.copy_these, owners)
    except vault.UNREACHABLE as error:
        logger.error("new files were not taken by the place of backups: %s", type(error).__name__)


async def back_up(ctx: dict[str, Any]) -> None:
    await _command("backup")


async def hold_drill(ctx: dict[str, Any]) -> None:
    await _command("drill")


async def _command(name: str) -> None:
    """In a process of its own, because it takes hours where there is much, and packs and seals without a pause."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", name, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.send_signal(SIGTERM)
        await process.wait()
        raise
    if process.returncode:
        logger.error("%s: %s", name, database.last_line(said.decode(errors="replace")))


def duties() -> list[Any]:
    """None where there is no place for backups."""
    if not vault.configured():
        return []
    return [
        cron(send_log, second=set(range(0, 60, 5)), unique=True),
        cron(copy_files, second=50, unique=True, timeout=600),
        cron(back_up, hour=1, minute=30, unique=True, timeout=DAY),
        cron(hold_drill, weekday="sun", hour=4, minute=30, unique=True, timeout=DAY),
    ]

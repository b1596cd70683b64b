"""What backups and drills came to, and whose file is whose: what the copies need to know of the rows."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from app import cache, settings
from app.models import BackupRun, Creation, Upload

What = Literal["backup", "drill"]
LOG_SENT = "backups:log"
"When the log last came to its place, in seconds, as a key in Redis: a row would itself be something new in the log."


async def note(what: What, began: datetime, *, ok: bool, told: str, behind: float = 0) -> None:
    now = datetime.now(UTC)
    await BackupRun.insert(
        BackupRun(what=what, ok=ok, seconds=round((now - began).total_seconds()), told=told[:400], behind=round(behind),
                  at=now)
    )  # fmt: skip


async def newest(what: What) -> BackupRun | None:
    return await BackupRun.objects().where(BackupRun.what == what).order_by(BackupRun.at, ascending=False).first()


async def newest_good(what: What) -> BackupRun | None:
    good = BackupRun.objects().where(BackupRun.what == what, BackupRun.ok.eq(True))
    return await good.order_by(BackupRun.at, ascending=False).first()


async def age(what: What) -> float:
    """Seconds since the newest that went well; -1 where none is made, infinite where none ever did."""
    if not settings.get().backup_url:
        return -1
    found = await newest_good(what)
    return (datetime.now(UTC) - found.at).total_seconds() if found else float("inf")


async def log_age() -> float:
    """Seconds since the log last came to its place; -1 where none is sent, or Redis forgot."""
    sent = await cache.redis().get(LOG_SENT)
    return time.time() - float(sent) if sent and settings.get().backup_url else -1


async def owners(since: datetime | None = None) -> Mapping[str, UUID]:
    """Whose each file is, by the id its key has: of all, or of what was made since."""
    found: dict[str, UUID] = {}
    for table in (Creation, Upload):
        query = table.select(table.id, table.owner)
        for row in await (query.where(table.created_at > since) if since else query):
            found[str(row["id"])] = row["owner"]
    return found

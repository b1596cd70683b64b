"""Bytes come before their row, so a process that died between the two leaves files that nobody will ever name."""

from datetime import UTC, datetime, timedelta

from piccolo.table import Table

from app import storage
from app.models import ids

YOUNG = timedelta(hours=1)
"Younger files may still get their row."


async def erase(prefix: str, table: type[Table]) -> int:
    """Of everything kept as `prefix/<id>/...`, whatever has no row in the table, and what was never written to its end:
    half a picture, half a copy of somebody's data. Returns how many were erased."""
    old, erased = datetime.now(UTC) - YOUNG, 0
    async for page in storage.pages(prefix):
        named = [key.split("/")[1] for key, modified in page if modified < old and "/" in key]
        found = {owner_id for each in named if (owner_id := ids.read(each))}
        rows = await table.raw(f"SELECT id FROM {table._meta.tablename} WHERE id = ANY({{}})", list(found))  # noqa: S608
        for owner_id in found - {row["id"] for row in rows}:
            await storage.delete_all(f"{prefix}/{owner_id}")
            erased += 1
    return erased + storage.clear_unfinished(prefix, old)

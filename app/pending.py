"""Which migrations have to be run, known in a tenth of the second that loading Piccolo takes."""

import re
from pathlib import Path

import asyncpg

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def known() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in MIGRATIONS.glob("*.py")]
    return {identity for text in texts for identity in re.findall(r'^ID = "(.+)"$', text, re.MULTILINE)}


async def migrations(connection: asyncpg.Connection) -> set[str]:
    try:
        rows = await connection.fetch("SELECT name FROM migration WHERE app_name = 'app'")
    except asyncpg.UndefinedTableError:
        return known()
    return known() - {row["name"] for row in rows}

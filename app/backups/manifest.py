"""What one backup consists of. It is written last: a backup without it was broken off and counts for nothing."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from app import vault
from app.errors import DomainError
from app.vault import Written

FOLDER = "base"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    made_at: datetime
    kind: Literal["files", "dump"]
    "The folder of the embedded server with its log, or what pg_dump wrote of a server elsewhere."
    system: str
    "The database's own number: two studios do not share a place."
    first_log: str = ""
    "The file of the log from which on it is needed."
    files: dict[str, Written]
    rows: dict[str, int]
    "How many there were in each table when it was begun."

    def path(self, file: str) -> str:
        return f"{FOLDER}/{self.name}/{file}"


def name_at(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def moment_of(name: str) -> datetime:
    return datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def finished() -> list[str]:
    """Names, the oldest first."""
    return sorted(path.split("/")[1] for path, _ in vault.names(FOLDER) if path.endswith("/manifest.age"))


def write(manifest: Manifest) -> None:
    vault.put(manifest.path("manifest.age"), msgspec.json.encode(manifest))


def read(name: str) -> Manifest:
    return msgspec.json.decode(vault.get(f"{FOLDER}/{name}/manifest.age"), type=Manifest)


def newest(before: datetime | None = None) -> Manifest:
    fitting = [name for name in finished() if before is None or moment_of(name) <= before]
    if not fitting:
        raise DomainError("There is no finished backup at BACKUP_URL" + (" that is old enough." if before else "."))
    return read(fitting[-1])


def kept(names: list[str], now: datetime, daily: int, weekly: int) -> set[str]:
    """The newest of each of the last days, and of each of the last weeks. The newest of all is never let go."""
    wanted = set(names[-1:])
    for span, count in ((timedelta(days=1), daily), (timedelta(weeks=1), weekly)):
        newest_of = {(now - moment_of(name)) // span: name for name in names}
        wanted |= {name for age, name in newest_of.items() if age < count}
    return wanted

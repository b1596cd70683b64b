"""The database's log on its way to the place of backups, and back."""

import gzip
import io
import itertools
from datetime import datetime
from pathlib import Path

from app import vault
from app.errors import DomainError

FOLDER = "log"


class Gap(DomainError):
    "Nothing after it can be brought back."


SEGMENT = 16 * 1024 * 1024
IN_A_LOG_FILE = 0x100000000 // SEGMENT
_sent: dict[str, int] = {}
"When a file here was last changed before it was sent: what did not change is not sent again."


def send(folder: Path) -> int:
    """Whatever is new, the file that is still being filled included. Returns how many were sent."""
    files = {path.name: path for path in sorted(folder.glob("0*"))}
    sent = sum(_send(path) for path in files.values())
    # The receiver looks at the newest to know where it was.
    for path in [path for path in files.values() if path.suffix == ""][:-1]:
        path.unlink()
        _sent.pop(path.name, None)
    return sent


def _send(path: Path) -> bool:
    changed = path.stat().st_mtime_ns
    if _sent.get(path.name) == changed:
        return False
    # What was not written yet is noughts, which take no room.
    content = gzip.compress(path.read_bytes(), compresslevel=1, mtime=0)
    vault.seal(f"{FOLDER}/{path.name}.gz.age", io.BytesIO(content))
    if path.suffix == "":
        vault.delete([f"{FOLDER}/{path.name}.partial.gz.age"])
        _sent.pop(f"{path.name}.partial", None)
    _sent[path.name] = changed
    return True


def newest() -> datetime | None:
    """When something of the log last came to the place of backups."""
    return max((moment for _, moment in vault.names(FOLDER)), default=None)


def fetch(first: str, folder: Path, survived: Path | None = None) -> int:
    """All that a backup needs from `first` on; `survived` has what was received and perhaps not sent any more.

    Returns how many files there are without a gap: the server stops where one is missing, and says nothing.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = {path.removeprefix(f"{FOLDER}/").removesuffix(".gz.age"): path for path, _ in vault.names(FOLDER)}
    # Whole ones last: they replace what was sent of them while they were filled.
    for name in sorted(there, key=lambda name: (not name.endswith(".partial"), name)):
        if needed(name, first):
            sealed = io.BytesIO()
            vault.unseal(there[name], sealed)
            _write(folder / name, gzip.decompress(sealed.getvalue()))
    for path in sorted(survived.glob("0*"), key=lambda path: path.suffix == "") if survived else ():
        if needed(path.name, first):
            _write(folder / path.name, path.read_bytes())
    return _without_gaps(folder, first)


def needed(name: str, first: str) -> bool:
    return name.endswith(".history") or name[8:24] >= first[8:]


def _write(path: Path, content: bytes) -> None:
    if path.suffix == ".partial":
        content = content.ljust(SEGMENT, b"\0")
    path.with_name(path.name.removesuffix(".partial")).write_bytes(content)


def _without_gaps(folder: Path, first: str) -> int:
    found = sorted({name[8:24] for path in folder.iterdir() if "." not in (name := path.name)})
    numbers = [number(name) for name in [first[8:], *found]]
    for before, after in itertools.pairwise(numbers):
        if after > before + 1:
            raise Gap("The log has a gap: {missing} files are missing in it.", missing=after - before - 1)
    return len(found)


def number(name: str) -> int:
    """The how-manieth file since the beginning of the database; `name` without its timeline."""
    return int(name[:8], 16) * IN_A_LOG_FILE + int(name[8:], 16)

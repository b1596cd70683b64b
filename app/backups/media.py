"""Pictures, songs and uploads: what is new is copied, each file sealed with the key of whoever made it."""

import io
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import obstore
from pyrage.x25519 import Identity

from app import retention, storage, vault

logger = logging.getLogger(__name__)

FOLDER, MISSING = "media", "missing.age"
# What is made for a few days, or can be made again, is not copied.
COPIED = ("creations", "uploads")
Owners = Mapping[str, UUID]
"By the id that is the second part of a key."


class Back(NamedTuple):
    """What came back, what stays shut because its person's key was destroyed, and the names of what is damaged."""

    files: int
    shut: int
    damaged: list[str]


class Keys:
    """Each asked for once."""

    def __init__(self, find: Callable[[UUID], Identity | None]) -> None:
        self.find, self.known = find, dict[UUID, Identity | None]()

    def of(self, account_id: UUID) -> Identity | None:
        if account_id not in self.known:
            self.known[account_id] = self.find(account_id)
        return self.known[account_id]


def key_of(name: str) -> str:
    """`media/creations/ID/original.png.PERSON.age` is a copy of `creations/ID/original.png`."""
    return name.removeprefix(f"{FOLDER}/").rsplit(".", 2)[0]


def person_of(name: str) -> UUID:
    return UUID(name.rsplit(".", 2)[1])


def there() -> dict[str, tuple[str, datetime]]:
    """By the key that each is a copy of: its name, and since when it is there."""
    return {key_of(name): (name, moment) for name, moment in vault.names(FOLDER)}


def copy(owners: Owners, tell: Callable[[int], None] = lambda number: None) -> tuple[int, set[str]]:
    """All that is not there yet, or was written anew since. Returns how many were copied, and every key there is."""
    known, keys = there(), Keys(vault.key_for)
    copied, seen = 0, set[str]()
    for folder in COPIED:
        for page in obstore.list(storage.store(), prefix=folder):
            for meta in page:
                seen.add(key := meta["path"])
                if key not in known or known[key][1] < meta["last_modified"]:
                    copied += _copy(key, owners, keys)
                    tell(copied)
    return copied, seen


def copy_these(owners: Owners) -> int:
    """Of these few, whatever is not there yet: what was made since the last whole round."""
    keys, copied = Keys(vault.key_for), 0
    for id, owner in owners.items():
        for folder in COPIED:
            for page in obstore.list(storage.store(), prefix=f"{folder}/{id}"):
                for meta in page:
                    if not vault.has(_name(meta["path"], owner)):
                        copied += _copy(meta["path"], owners, keys)
    return copied


def let_go(seen: set[str], days: int, now: datetime | None = None) -> int:
    """Copies of what was erased, after as many days as the log is kept: until then every moment can be restored."""
    now = now or datetime.now(UTC)
    before = _missing()
    known = there()
    gone = {name: before.get(name, now) for key, (name, _) in known.items() if key not in seen}
    over = [name for name, since in gone.items() if now - since > timedelta(days=days)]
    if len(over) > len(known) / 2 and len(over) > retention.limits().brake_rows:
        logger.warning("half of all files are gone: their copies stay until somebody looks")
        return 0
    vault.delete(over)
    vault.put(MISSING, msgspec.json.encode({name: since for name, since in gone.items() if name not in set(over)}))
    return len(over)


def restore(place: Any, tell: Callable[[int, int], None] = lambda number, of: None) -> Back:
    """Into an object store. One that does not open is no reason to lose the others."""
    keys, known = Keys(vault.key_of), there()
    already = {meta["path"] for page in obstore.list(place) for meta in page}
    shut, damaged = 0, list[str]()
    for number, (key, (name, _)) in enumerate(sorted(known.items()), 1):
        tell(number, len(known))
        if key in already:
            continue
        if (opens := keys.of(person_of(name))) is None:
            shut += 1
            continue
        content = io.BytesIO()
        try:
            vault.unseal(name, content, opens)
        except vault.Damaged:
            damaged.append(name)
            continue
        obstore.put(place, key, content.getvalue())
    return Back(len(known) - shut - len(damaged), shut, damaged)


def check(names: Iterable[str]) -> int:
    """Open these and throw away what is in them. Returns how many opened; a damaged one raises."""
    keys, opened = Keys(vault.key_of), 0
    for name in names:
        if opens := keys.of(person_of(name)):
            vault.unseal(name, io.BytesIO(), opens)
            opened += 1
    return opened


def _missing() -> dict[str, datetime]:
    return msgspec.json.decode(vault.get(MISSING), type=dict[str, datetime]) if vault.has(MISSING) else {}


def _copy(key: str, owners: Owners, keys: Keys) -> bool:
    """Nobody's file is on its way to be swept, and a person without a key is on the way out."""
    owner = owners.get(key.split("/")[1])
    opens = keys.of(owner) if owner else None
    if owner is None or opens is None:
        return False
    try:
        vault.seal(_name(key, owner), obstore.open_reader(storage.store(), key), opens)
    except vault.GONE:  # erased meanwhile
        return False
    return True


def _name(key: str, owner: UUID) -> str:
    return f"{FOLDER}/{key}.{owner}.age"

"""retention.toml, read once: how long each class of data is kept, and when an idle account is asked about."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).parent.parent / "retention.toml"


class Class(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: int
    swept: bool = True
    "Whether the sweep of rows ends it; the books are closed otherwise, so that their sums stay."
    why: dict[str, str]
    "By language."


class Inactivity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    notice_days: list[int]
    days: int
    grace_days: int


class Backups(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    daily: int
    weekly: int


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    brake_percent: float
    brake_rows: int
    inactivity: Inactivity
    backups: Backups
    classes: dict[str, Class]


@cache
def limits() -> Limits:
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Limits)


def classes() -> dict[str, Class]:
    return limits().classes

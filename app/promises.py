"""The promises of the policy and what shows each of them: the newest run of the tests that bear its id."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from app import settings

ROOT = Path(__file__).parent.parent


class Evidence(msgspec.Struct):
    """Of one promise: how many tests ran, when they last ran, and which of them failed."""

    tests: list[str] = []
    failed: list[str] = []
    at: datetime | None = None

    @property
    def shown(self) -> bool:
        return bool(self.tests) and not self.failed


class Promise(msgspec.Struct, frozen=True):
    id: str
    words: dict[str, str]
    evidence: Evidence


@cache
def texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((ROOT / "promises.toml").read_text(encoding="utf-8"))


@cache
def evidence() -> dict[str, Evidence]:
    """Written by every run of the tests; a release carries that of its own run beside promises.toml. Read once."""
    for path in (settings.get().data_dir / "evidence.json", ROOT / "evidence.json"):
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Evidence])
    return {}


def everything() -> list[Promise]:
    found = evidence()
    return [Promise(id, words, found.get(id, Evidence())) for id, words in texts().items()]

"""moderation.toml, read once: which words decide what, without a person."""

import tomllib
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

FILE = Path(__file__).parent.parent / "moderation.toml"


class Verdict(StrEnum):
    """Each stricter than the ones before."""

    ALLOW = "allow"
    BLUR = "blur"
    HOLD = "hold"
    BLOCK = "block"


STRICTNESS = list(Verdict).index


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Verdict
    ground: str
    groups: tuple[str, ...]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]
    words: dict[str, tuple[str, ...]]


@cache
def edition() -> str:
    """The same as long as the file says the same."""
    return sha256(FILE.read_bytes()).hexdigest()[:16]


@cache
def rules() -> Rules:
    """A file that says nonsense stops the process when it starts, with a sentence."""
    try:
        found = msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Rules)
    except (ValueError, msgspec.ValidationError) as error:
        raise SystemExit(f"{FILE.name} cannot be understood: {error}") from None
    for rule in found.rule:
        if not rule.groups or not found.words.keys() >= set(rule.groups):
            raise SystemExit(f"{FILE.name} has a rule with a group of words that is not there: {rule.groups}")
    return found

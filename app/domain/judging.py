"""What is judged without a person: words before anything is charged, pictures and sounds against what was removed.

One function for each kind says a verdict; what follows from it is decided where people wait for it. No verdict takes a
piece from its own maker: a person looks next, and hears appeals. See decision 48.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from app import rulebook
from app.domain import plainness, uploads
from app.errors import N_, Invalid
from app.rulebook import STRICTNESS, Verdict

READ = ("prompt", "lyrics", "title")
"What is not wanted in a picture (negative_prompt) is no wish."


class Judged(NamedTuple):
    verdict: Verdict
    ground: str = ""
    "A name of GROUNDS."


ALLOWED = Judged(Verdict.ALLOW)


def words(params: Mapping[str, Any]) -> Judged:
    """The strictest rule that is met, whatever its words were hidden behind."""
    text = plainness.plain(" . ".join(str(params.get(field) or "") for field in READ))
    groups = {name for name, each in _plain_words().items() if plainness.holds(text, each)}
    met = [rule for rule in rulebook.rules().rule if groups.issuperset(rule.groups)]
    strictest = max(met, key=lambda rule: STRICTNESS(rule.verdict), default=None)
    return Judged(strictest.verdict, strictest.ground) if strictest else ALLOWED


def check_name(name: str, field: str) -> None:
    """What everybody reads beside a piece is not a thing to be set aside: another name is asked for."""
    if words({"title": name}).verdict is not Verdict.ALLOW:
        raise Invalid(N_("A rule about words stands against this. Please choose others."), field=field)


async def picture(likeness: str) -> Judged:
    """A removed picture made again looks as it did."""
    return Judged(Verdict.HOLD, "rules") if await uploads.looks_blocked(likeness) else ALLOWED


async def sound(heard: str) -> Judged:
    """A removed song made again, or brought and made over, sounds as it did."""
    return Judged(Verdict.HOLD, "rules") if await uploads.heard_blocked(heard) else ALLOWED


@cache
def _plain_words() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(plainness.plain, each)) for name, each in rulebook.rules().words.items()}

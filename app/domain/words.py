"""Words of people that others will read in the middle of a page."""

import unicodedata
from typing import Any

from app.errors import N_, Invalid

# Persian and emoji are made with these; every other invisible character only hides or turns what is around it.
JOINERS = "\u200c\u200d"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(text: str, field: str, limit: int, missing: str = "") -> str:
    """What was typed, as one line that fits. `missing` is what whoever wrote nothing is told; empty where they may."""
    text = one_line(text)
    if missing and not text:
        raise Invalid(missing, field=field)
    must_fit(text, field, limit)
    return text


def must_fit(text: str, field: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(N_("At most {limit} characters fit."), field=field, limit=limit)


def for_spreadsheet(value: Any) -> Any:
    """A spreadsheet runs what begins like a formula; this way it stays text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def one_line(text: str) -> str:
    """NFC, without control and direction characters: a name or title cannot rewrite the page around it."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character in JOINERS
        or character.isspace()
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return " ".join("".join(kept).split()).strip(JOINERS)

"""Words of people that others will read in the middle of a page."""

import unicodedata

# Persian and emoji are made with these; every other invisible character only hides or turns what is around it.
JOINERS = "\u200c\u200d"


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

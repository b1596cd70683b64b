"""Words of people that others will read in the middle of a page."""

import re
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


CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


def without_cards(text: str) -> str:
    """Numbers that could be those of a payment card, by their length and Luhn's sum, keep their last four digits."""
    return CARD.sub(lambda found: _masked(found[0]) if _sums_up(found[0]) else found[0], text)


def _masked(number: str) -> str:
    return "•••• " + re.sub(r"\D", "", number)[-4:]


def _sums_up(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdecimal()][::-1]
    return sum(sum(divmod(digit * (1 + place % 2), 10)) for place, digit in enumerate(digits)) % 10 == 0

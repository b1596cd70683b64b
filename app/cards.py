"""Numbers that could be those of a payment card, by their length and Luhn's sum: they have no business here."""

import re

CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


def has_one(text: str) -> bool:
    return any(_sums_up(found[0]) for found in CARD.finditer(text))


def masked(text: str) -> str:
    """Each keeps its last four digits."""
    return CARD.sub(lambda found: _mask(found[0]) if _sums_up(found[0]) else found[0], text)


def _mask(number: str) -> str:
    return "•••• " + re.sub(r"\D", "", number)[-4:]


def _sums_up(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdecimal()][::-1]
    return sum(sum(divmod(digit * (1 + place % 2), 10)) for place, digit in enumerate(digits)) % 10 == 0

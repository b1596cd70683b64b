"""Whether two sounds are heard as one: bits of app/decoding/hearing.py, compared at every cut there may have been."""

MOMENT = 32
"Bits."
REACH = 24
"Moments, three seconds: so much may have been cut away at the start."
LEAST = 24
"Moments that both have to have: shorter ones are known by their file alone."
ALIKE = 0.65
"Of the bits that either has. Decision 59 says what was measured."


def alike(one: str, other: str) -> bool:
    return likeness(one, other) >= ALIKE


def likeness(one: str, other: str) -> float:
    """From 0 to 1."""
    first, second = _read(one), _read(other)
    shifts = [_overlap(first, second, shift) for shift in range(REACH + 1)]
    return max(shifts + [_overlap(second, first, shift) for shift in range(1, REACH + 1)])


def _read(bits: str) -> tuple[int, int]:
    """The bits as one number, the first moment foremost, and how many moments there are."""
    return int(bits or "0", 16), len(bits) * 4 // MOMENT


def _overlap(late: tuple[int, int], early: tuple[int, int], shift: int) -> float:
    """With so many moments of the first left out."""
    (one, of_one), (other, of_other) = late, early
    count = min(of_one - shift, of_other)
    if count < LEAST:
        return 0.0
    one = (one >> MOMENT * (of_one - shift - count)) & ((1 << MOMENT * count) - 1)
    other >>= MOMENT * (of_other - count)
    either = (one | other).bit_count()
    return (one & other).bit_count() / either if either else 0.0

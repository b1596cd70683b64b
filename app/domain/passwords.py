"""Argon2id in a thread, a few at a time: each hash takes memory on purpose, so many at once would be an attack."""

import asyncio
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
TOO_FEW = 10**9
"As many as someone with a leaked list tries in a day or two against one hash of ours."
JUDGED = 64
"zxcvbn takes long for long ones, and what is longer is not the same thing once more."
AT_ONCE = asyncio.Semaphore(4)


async def hashed(password: str) -> str:
    async with AT_ONCE:
        return await asyncio.to_thread(HASHER.hash, password)


async def matches(secret: str, password: str) -> bool:
    """Takes as long for a person who does not exist: hand in DUMMY then."""
    async with AT_ONCE:
        return await asyncio.to_thread(_verify, secret, password)


async def is_guessable(password: str, about: list[str]) -> bool:
    """Judged by zxcvbn: leaked passwords, names, dates, keys beside each other, the person's own words."""
    words = [part for text in about for part in re.split(r"[\W_]+", text.lower()) if len(part) > 2] + about
    return await asyncio.to_thread(_guesses, password[:JUDGED], words) < TOO_FEW


def _guesses(password: str, words: list[str]) -> float:
    from zxcvbn import zxcvbn  # its lists take 10 MB: only once somebody chooses a password

    return float(zxcvbn(password, user_inputs=words)["guesses"])


def _verify(secret: str, password: str) -> bool:
    try:
        return HASHER.verify(secret, password)
    except (VerificationError, InvalidHashError):
        return False


DUMMY = HASHER.hash("nobody has this password")

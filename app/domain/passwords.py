"""Argon2id in a thread, a few at a time: each hash takes memory on purpose, so many at once would be an attack."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = asyncio.Semaphore(4)


async def hashed(password: str) -> str:
    async with AT_ONCE:
        return await asyncio.to_thread(HASHER.hash, password)


async def matches(secret: str, password: str) -> bool:
    """Takes as long for a person who does not exist: hand in DUMMY then."""
    async with AT_ONCE:
        return await asyncio.to_thread(_verify, secret, password)


def _verify(secret: str, password: str) -> bool:
    try:
        return HASHER.verify(secret, password)
    except (VerificationError, InvalidHashError):
        return False


DUMMY = HASHER.hash("nobody has this password")

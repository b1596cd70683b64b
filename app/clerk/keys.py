"""The keys by which Clerk signs: one given by the operator, or those that Clerk publishes, fetched now and then."""

import asyncio
import time
from typing import Any

import jwt

from app import settings
from app.clerk import api

OLD = 3600.0
"Seconds after which they are fetched anew: what Clerk has withdrawn must stop to count."
AGAIN = 60.0
"Nobody makes us ask more often than this by naming keys that there are not."

_known: dict[str, jwt.PyJWK] = {}
_fetched_at = -OLD
_one_at_a_time = asyncio.Lock()


async def find(name: str) -> Any:
    """The public key of that name, or None."""
    if pem := settings.get().clerk_jwt_key:
        return pem.replace("\\n", "\n")
    async with _one_at_a_time:
        age = time.monotonic() - _fetched_at
        if age > OLD or (name not in _known and age > AGAIN):
            await _fetch()
    return _known.get(name)


def forget() -> None:
    global _fetched_at
    _known.clear()
    _fetched_at = -OLD


async def _fetch() -> None:
    global _fetched_at
    found = {each["kid"]: jwt.PyJWK(each) for each in await api.keys() if each.get("kty") == "RSA" and "kid" in each}
    _known.clear()
    _known.update(found)
    _fetched_at = time.monotonic()

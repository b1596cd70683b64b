"""Clerk's Backend API, as little of it as is needed."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from app import outbound, settings
from app.clerk import addresses
from app.errors import N_, NoRoom

logger = logging.getLogger(__name__)

PAGE = 500
"The most that Clerk hands out at once."
PATIENCE = 10.0
ACTIVE = "active"


class Verification(msgspec.Struct, frozen=True):
    status: str = ""


class Address(msgspec.Struct, frozen=True):
    id: str
    email_address: str
    verification: Verification | None = None


class User(msgspec.Struct, frozen=True):
    """A person as Clerk knows them. What else it tells is not read."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email_addresses: list[Address] = []
    primary_email_address_id: str | None = None
    updated_at: int = 0

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    @property
    def email(self) -> str:
        """The address they chose as theirs, if they have shown that it is; anybody can type anybody's."""
        return next((each.email_address for each in self.email_addresses if self._is_proven(each)), "")

    @property
    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.updated_at / 1000, UTC)

    def _is_proven(self, address: Address) -> bool:
        verified = address.verification is not None and address.verification.status == "verified"
        return verified and address.id == self.primary_email_address_id


async def user(user_id: str) -> User | None:
    found = await _get(f"users/{user_id}")
    return msgspec.convert(found, User) if found else None


async def users() -> AsyncIterator[User]:
    """All, oldest first, page by page. Whoever comes or goes meanwhile may be missed: ask again before believing it."""
    offset = 0
    while True:
        query = {"limit": PAGE, "offset": offset, "order_by": "+created_at"}
        page = msgspec.convert(await _get("users", **query), list[User])
        for each in page:
            yield each
        if len(page) < PAGE:
            return
        offset += PAGE


async def is_open(session_id: str) -> bool:
    """Whether somebody is still signed in there."""
    found = await _get(f"sessions/{session_id}")
    return bool(found) and found.get("status") == ACTIVE


async def end(session_id: str) -> None:
    """Ended already, or never heard of, is fine."""
    async with outbound.client(PATIENCE) as client:
        try:
            answer = await client.post(addresses.api(f"sessions/{session_id}/revoke"), headers=key())
        except outbound.Unreachable as error:
            raise _silent(type(error).__name__) from None
    if answer.is_server_error:
        raise _silent(str(answer.status_code))


async def keys() -> list[dict[str, Any]]:
    """The public halves of those that sign tokens."""
    found = await _get("jwks")
    return list(found["keys"]) if isinstance(found, dict) and "keys" in found else []


def key() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.get().clerk_secret_key}"}


async def _get(path: str, **query: Any) -> Any:
    """None for what is not there; anything else that is no answer is Clerk's silence."""
    async with outbound.client(PATIENCE) as client:
        try:
            answer = await client.get(addresses.api(path), params=query, headers=key())
            if answer.status_code == 404:
                return None
            return answer.raise_for_status().json()
        except (outbound.Unreachable, ValueError) as error:
            raise _silent(type(error).__name__) from None


def _silent(why: str) -> NoRoom:
    logger.error("Clerk: %s", why)
    return NoRoom(N_("The sign-in service does not answer. Nothing is lost; please try again in a moment."))

"""Clerk's proofs, checked here and without asking: what is forged, foreign, old, early or unfinished proves nothing."""

from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple

import jwt

from app import settings
from app.clerk import addresses, keys
from app.errors import N_, NotSignedIn

ALGORITHM = "RS256"
LEEWAY = 5
"Seconds by which two clocks may differ."
LONGEST = 16_384
NEVER = timedelta(days=365)


class Proof(NamedTuple):
    """Who somebody is over there, and how they showed it."""

    user: str
    session: str
    proved_at: datetime
    strong: bool
    "By two factors."


class Unproven(NotSignedIn):
    def __init__(self, why: str) -> None:
        super().__init__(N_("We could not make sure that it is you. Please try once more."))
        self.why = why


async def brought(handshake: str) -> Proof | None:
    """What a browser brings back from Clerk: the cookies it shall have, one of them the session's token. None: it is
    signed in nowhere."""
    cookies = (await _opened(handshake)).get("handshake")
    if not isinstance(cookies, list):
        raise Unproven("NoHandshake")
    token = next(filter(None, (_session(each) for each in cookies if isinstance(each, str))), "")
    return await read(token) if token else None


async def read(token: str) -> Proof:
    """A session's token, which is good for a minute."""
    claims = await _opened(token, issuer=addresses.issuer(), required=("exp", "nbf", "iat", "iss", "sub", "sid"))
    if str(claims.get("azp") or "") not in {"", *settings.get().clerk_parties}:
        raise Unproven("ForeignParty")
    if claims.get("sts", "active") != "active":
        raise Unproven("Pending")
    first, second = _ages(claims.get("fva"))
    return Proof(
        str(claims["sub"]), str(claims["sid"]),
        datetime.now(UTC) - (timedelta(minutes=first) if first >= 0 else NEVER), second >= 0,
    )  # fmt: skip


async def _opened(token: str, *, issuer: str | None = None, required: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        if len(token) > LONGEST:
            raise jwt.DecodeError
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise jwt.InvalidAlgorithmError
        key = await keys.find(str(header.get("kid", "")))
        if key is None:
            raise jwt.InvalidKeyError
        opened: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=issuer, leeway=LEEWAY,
            options={"require": list(required), "verify_aud": False},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError) as error:
        raise Unproven(type(error).__name__) from None
    return opened


def _session(cookie: str) -> str:
    """The value of `__session`, or of `__session_` and the instance's name; empty when it is to be thrown away."""
    try:
        found = SimpleCookie(cookie)
    except CookieError:
        return ""
    return next((each.value for name, each in found.items() if name.startswith("__session")), "")


def _ages(claim: Any) -> tuple[int, int]:
    """Minutes since the first and the second factor were shown; -1 for never, and for what cannot be read."""
    match claim:
        case [int(first), int(second)]:
            return min(first, NEVER.days * 1440), second
    return -1, -1

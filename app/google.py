"""Google's side of a deletion: a service account asks that one client of the stream be forgotten.

Admin API, properties.submitUserDeletion; OAuth 2.0 for service accounts (RFC 7523). Google does it within two months.
"""

import time
from functools import cache
from pathlib import Path

import jwt
import msgspec

from app import outbound, settings

SCOPE = "https://www.googleapis.com/auth/analytics.edit"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKENS, ADMIN = "https://oauth2.googleapis.com", "https://analyticsadmin.googleapis.com"
LASTS = 300
"Seconds that the assertion is good for."


class Key(msgspec.Struct, frozen=True):
    """What is read of the file that Google hands out for a service account."""

    client_email: str
    private_key: str


@cache
def _key(path: str) -> Key:
    return msgspec.json.decode(Path(path).read_bytes(), type=Key)


async def forget(client: outbound.Client, client_id: str) -> outbound.Answer:
    """The answer to the deletion, or the one that says why there was no token for it."""
    chosen = settings.get()
    token = await client.post(
        f"{chosen.ga_api_url or TOKENS}/token", data={"grant_type": GRANT, "assertion": _assertion()}
    )
    if not token.is_success:
        return token
    return await client.post(
        f"{chosen.ga_api_url or ADMIN}/v1alpha/properties/{chosen.ga_property}:submitUserDeletion",
        json={"clientId": client_id}, headers={"Authorization": f"Bearer {token.json().get('access_token', '')}"},
    )  # fmt: skip


def _assertion() -> str:
    """Unreachable, where the operator's file is not there or no key: the errand waits until it is."""
    now = int(time.time())
    try:
        key = _key(settings.get().ga_deletion_key)
        said = {"iss": key.client_email, "scope": SCOPE, "aud": f"{TOKENS}/token", "iat": now, "exp": now + LASTS}
        return jwt.encode(said, key.private_key, "RS256")
    except (OSError, ValueError, msgspec.MsgspecError, jwt.PyJWTError) as error:
        raise outbound.Unreachable(f"GA_DELETION_KEY is no service account's: {type(error).__name__}") from None

"""Standard Webhooks (standardwebhooks.com): how ours are signed, and Clerk's, which come by way of Svix."""

import base64
import hmac
from hashlib import sha256

PREFIX = "whsec_"


def signature(secret: str, message_id: str, moment: str, body: bytes) -> str:
    """Over the very bytes."""
    signed = hmac.new(_key(secret), f"{message_id}.{moment}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(secret: str) -> bytes:
    """Some write it without its padding."""
    return base64.b64decode(secret.removeprefix(PREFIX) + "==")

"""Svix, by whom Clerk sends what happened: a body is believed if the shared secret signed it, and lately."""

import base64
import hmac
import time
from hashlib import sha256

from app import settings

TOLERANCE = 300


def is_signed(message: str, moment: str, signatures: str, body: bytes, now: float | None = None) -> bool:
    """Over the very bytes. While a secret is being changed there are several signatures, with spaces between."""
    if not (message and moment.isascii() and moment.isdecimal() and len(moment) < 12):
        return False
    if abs((now or time.time()) - int(moment)) > TOLERANCE:
        return False
    mine = f"v1,{sign(message, moment, body, settings.get().clerk_webhook_secret)}".encode()
    return any([hmac.compare_digest(mine, each.encode()) for each in signatures.split(" ")])


def sign(message: str, moment: str, body: bytes, secret: str) -> str:
    said = f"{message}.{moment}.".encode() + body
    return base64.b64encode(hmac.new(key_of(secret), said, sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_") + "==")

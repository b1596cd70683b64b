"""Svix, by whom Clerk sends what happened: a body is believed if the shared secret signed it, and lately."""

import hmac
import time

from app import settings, webhook_signing

TOLERANCE = 300


def is_signed(message: str, moment: str, signatures: str, body: bytes, now: float | None = None) -> bool:
    """Over the very bytes. While a secret is being changed there are several signatures, with spaces between."""
    if not (message and moment.isascii() and moment.isdecimal() and len(moment) < 12):
        return False
    if abs((now or time.time()) - int(moment)) > TOLERANCE:
        return False
    mine = webhook_signing.signature(settings.get().clerk_webhook_secret, message, moment, body).encode()
    return any([hmac.compare_digest(mine, each.encode()) for each in signatures.split(" ")])

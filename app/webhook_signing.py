"""Standard Webhooks (standardwebhooks.com): how ours are signed, and Clerk's, which come by way of Svix."""

import base64
import hmac
from datetime import UTC, datetime
from hashlib import sha256

PREFIX = "whsec_"


def headers(message_id: str, body: bytes, *secrets: str) -> dict[str, str]:
    """Of a call that is made now; under several secrets, the newest first, while one takes the place of another."""
    moment = str(int(datetime.now(UTC).timestamp()))
    return {
        "content-type": "application/json", "user-agent": "qwenimage.art",
        "webhook-id": message_id, "webhook-timestamp": moment,
        "webhook-signature": " ".join(signature(each, message_id, moment, body) for each in secrets),
    }  # fmt: skip


def signature(secret: str, message_id: str, moment: str, body: bytes) -> str:
    """Over the very bytes."""
    signed = hmac.new(_key(secret), f"{message_id}.{moment}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(secret: str) -> bytes:
    """Some write it without its padding."""
    return base64.b64decode(secret.removeprefix(PREFIX) + "==")

"""What a browser keeps for a while without being able to write it: a value, until when, and a seal over both."""

import base64
import secrets
import time

import msgspec

from app import secret


def seal(purpose: str, value: str, seconds: int) -> str:
    return secret.sealed(purpose, f"{value}.{int(time.time()) + seconds}.{secrets.token_hex(8)}")


def opened(purpose: str, text: str) -> str:
    """The value, or nothing for what was edited, is for something else, or has grown too old."""
    said = secret.opened(purpose, text)
    if not said:
        return ""
    value, until, _ = said.rsplit(".", 2)
    return value if int(until) > time.time() else ""


def packed(*parts: str) -> str:
    """Several values as one that no cookie changes on its way."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode()


def unpacked(value: str) -> list[str]:
    """None of them for nothing."""
    return msgspec.json.decode(base64.urlsafe_b64decode(value), type=list[str]) if value else []

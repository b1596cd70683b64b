"""Identifiers: UUIDv7 for rows (they sort by time), random tokens for whatever must not be guessed."""

import os
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """RFC 9562, section 5.7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return uuid.UUID(int=value)


def read(text: str) -> uuid.UUID | None:
    """None for what is no id: whoever sent it made it up."""
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None


def token() -> str:
    """128 random bits, safe in a URL."""
    return secrets.token_urlsafe(16)

"""What is made once and kept in the data folder, for this studio alone: the key that seals short-lived cookies."""

import base64
import hmac
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet

from app import settings


@cache
def key() -> bytes:
    """SECRET_KEY, or one made once."""
    return settings.get().secret_key.encode() or kept("secret", lambda: secrets.token_hex(32).encode())


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """DATA_DIR/run/name, for its owner's eyes only; made by whoever needs it first."""
    path = settings.get().data_dir / "run" / name
    if not path.exists():
        _write(path, make())
    return path.read_bytes()


def sealed(kind: str, text: str) -> str:
    """The text with a seal behind it, which only we can make and which opens as this kind alone."""
    return f"{text}.{seal_of(kind, text)}"


def opened(kind: str, value: str) -> str:
    """The text of an unbroken seal; empty for anything else."""
    text, _, seal = value.rpartition(".")
    return text if hmac.compare_digest(seal.encode(), seal_of(kind, text).encode()) else ""


def seal_of(kind: str, text: str) -> str:
    return hmac.new(key(), f"{kind}:{text}".encode(), sha256).hexdigest()


def hash_of(token: str) -> str:
    """What is kept of a word that opens something: whoever reads it cannot come in by it."""
    return sha256(token.encode(errors="replace")).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and only once: of two processes that start together, the second takes the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()


def locked(text: str) -> str:
    """Not to be read by whoever finds the database without the key."""
    return _lock().encrypt(text.encode()).decode()


def unlocked(text: str) -> str:
    return _lock().decrypt(text.encode()).decode()


@cache
def _lock() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(b"lock:" + key()).digest()))

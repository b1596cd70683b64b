"""The key that seals short-lived cookies: SECRET_KEY, or one made once and kept in the data folder."""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from app import settings


@cache
def key() -> bytes:
    chosen = settings.get()
    if chosen.secret_key:
        return chosen.secret_key.encode()
    path = chosen.data_dir / "run" / "secret"
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Whole or not at all, and only once: of two processes that start together, the second takes the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"secret.{os.getpid()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode())
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()

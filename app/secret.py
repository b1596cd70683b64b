"""The key that seals short-lived cookies: SECRET_KEY, or one made once and kept in the data folder."""

import os
import secrets
from functools import cache

from app import settings


@cache
def key() -> bytes:
    chosen = settings.get()
    if chosen.secret_key:
        return chosen.secret_key.encode()
    path = chosen.data_dir / "run" / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(file, "wb") as new:
        new.write(secrets.token_hex(32).encode())
    return path.read_bytes()

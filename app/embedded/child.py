"""Child processes that never outlive us: each has its own session and is told when its parent dies."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import Signals
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str | Path],
    *,
    last_wish: Signals,
    become: Callable[[], None] | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    output: IO[bytes] | int | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `last_wish` when we are gone, even by kill -9.

    Call from the main thread: Linux takes the death of the forking thread for the death of the parent.
    """
    parent = os.getpid()

    def prepare() -> None:
        if become:
            become()
        if sys.platform == "linux":
            # After `become`: the kernel forgets the wish when credentials change.
            _libc.prctl(PR_SET_PDEATHSIG, int(last_wish), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return subprocess.Popen(
        [str(part) for part in command],
        preexec_fn=prepare,
        start_new_session=True,
        env=dict(env) if env is not None else None,
        stdin=stdin,
        stdout=output,
        stderr=output and subprocess.STDOUT,
        cwd=cwd,
    )


def open_log(path: Path, limit: int = 5_000_000) -> IO[bytes]:
    """Append to a private log file, keeping one older one."""
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)

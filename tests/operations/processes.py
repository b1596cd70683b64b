"""Looking at the system's processes, as tests of life and death must."""

import time
from collections.abc import Callable
from pathlib import Path


def eventually(true: Callable[[], bool], explain: Callable[[], str] = str, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """A zombie that nobody has collected does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []

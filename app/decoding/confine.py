"""What the child may do: little memory, a few seconds, no network, no new programs."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from typing import Any

MEMORY = 1024**3
CPU_SECONDS = 20
FILE_SIZE = 256 * 1024**2
FILES = 32

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG = 1
REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


def confine() -> bool:
    """Once, before the first foreign byte is read. There is no way back. Whether the kernel closed the network, too."""
    alone = _without_network()
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, FILES), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(what, (limit, limit))
    os.umask(0o077)
    os.nice(5)  # whoever looks at a page goes first
    sys.addaudithook(_refuse)
    return alone


def _without_network() -> bool:
    """A network of its own, in which there is nobody. Where that is forbidden, the hook below has to do."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    return 0 in (libc.unshare(CLONE_NEWUSER | CLONE_NEWNET), libc.unshare(CLONE_NEWNET))


def _refuse(event: str, arguments: Any) -> None:
    if event.startswith(REFUSED):
        raise PermissionError(event)

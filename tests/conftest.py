"""Real servers for every test run: PostgreSQL and Valkey in a folder of this process, gone when it ends."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from app.settings import Settings

# The tests are about the settings given here, not about those of whoever runs them.
for name in Settings.__struct_fields__:
    os.environ.pop(name.upper(), None)

# Directly under /tmp: the path of a Unix socket has at most 107 bytes.
DATA_DIR = Path(tempfile.mkdtemp(prefix="qi-", dir="/tmp"))
DATA_DIR.chmod(0o711)  # where user namespaces are forbidden, PostgreSQL runs as `nobody`
os.environ["DATA_DIR"] = str(DATA_DIR)
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

pytest_plugins = ["tests.evidence", "tests.services", "tests.people", "tests.studio", "tests.browser"]


@pytest.fixture(scope="session")
def anyio_backend():
    return ("asyncio", {"use_uvloop": True})

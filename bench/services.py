"""PostgreSQL with our tables and Valkey, only for a bench, in a folder that goes when it ends."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app import db, embedded, settings


@contextmanager
def servers(*, durable: bool = False) -> Iterator[None]:
    """The settings of this process and of those it starts point at them."""
    # Directly under /tmp: the path of a Unix socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="qi-", dir="/tmp"))
    os.environ["DATA_DIR"] = str(folder)
    os.environ["RATE_LIMITS"] = "0"  # one address asks for everybody
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for server in (embedded.postgres(folder, durable=durable), embedded.valkey(folder, durable=False)):
            process = embedded.start(server)
            stack.callback(embedded.stop, server, process)
            os.environ[server.setting.upper()] = server.url
        settings.get.cache_clear()
        db.engine.cache_clear()
        asyncio.run(db.migrate())
        yield

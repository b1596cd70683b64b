import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from litestar import Litestar

from app import embedded, settings
from app.realtime import events_socket, hub, socket, wire
from tests.realtime.live import Person, Site, person, started


@pytest.fixture
async def site(clean: None, anyio_backend: object, tmp_path: Path) -> AsyncIterator[Site]:
    """The sockets of a real web process, with a hub of their own, in this process."""
    site = Site(embedded.free_port(tmp_path))
    before = dict(os.environ)
    os.environ |= {"PORT": str(site.port), "PUBLIC_URL": site.origin}
    settings.get.cache_clear()
    app = Litestar([socket.live, events_socket.generation_events], lifespan=[hub.running], openapi_config=None)
    server = uvicorn.Server(uvicorn.Config(app, port=site.port, log_config=None, lifespan="on", **wire.OPTIONS))
    serving = await started(server)
    try:
        yield site
    finally:
        await site.close()
        server.should_exit = True
        await serving
        os.environ.clear()
        os.environ |= before
        settings.get.cache_clear()


@pytest.fixture
async def alice(clean: None, anyio_backend: object) -> Person:
    return await person("alice")


@pytest.fixture
async def bob(clean: None, anyio_backend: object) -> Person:
    return await person("bob")


@pytest.fixture
async def charlie(clean: None, anyio_backend: object) -> Person:
    return await person("charlie")

"""One studio for all of this folder, browsers that are listened to, and people who have an account already."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from app.embedded import free_port
from tests.browser import OpenContext
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit, enter
from tests.e2e.witness import WITNESS
from tests.services import Services
from tests.studio import WEB, WORKER, Studio
from tests.workers import tiny_ace_step


@pytest.fixture(scope="package")
def studio(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Leases are long, for these tests hold the worker still; one thread draws, for browsers work beside it."""
    folder = tmp_path_factory.mktemp("studio")
    songs = tiny_ace_step.save(tmp_path_factory.mktemp("songs"))
    studio = Studio(folder, free_port(folder))
    for name in (WEB, WORKER):
        studio.start(name, LEASE_SECONDS="120", OMP_NUM_THREADS="1", SONG_MODEL=str(songs))
    try:
        studio.wait_until_ready(120)
        yield studio
    finally:
        studio.close()


@pytest.fixture
async def complaints(anyio_backend: object) -> Complaints:
    return Complaints()


@pytest.fixture
async def open_context(
    browser: Browser, studio: Studio, database: None, complaints: Complaints, anyio_backend: object
) -> AsyncIterator[OpenContext]:
    """Contexts whose complaints (errors, refused scripts, broken rules) fail the test."""
    opened: list[BrowserContext] = []

    async def new(**options: Any) -> BrowserContext:
        defaults = {"base_url": studio.base_url, "locale": "en", "viewport": {"width": 1280, "height": 800}}
        context = await browser.new_context(**(defaults | options))
        context.set_default_timeout(30_000)
        complaints.listen(context)
        if options.get("java_script_enabled", True):
            await context.add_init_script(WITNESS)
        opened.append(context)
        return context

    yield new

    for context in opened:
        await context.close()
    complaints.say()


@pytest.fixture
async def alice(open_context: OpenContext, studio: Studio) -> Visit:
    """She has an account and is signed in."""
    return await enter(open_context, studio.base_url, "Alice")

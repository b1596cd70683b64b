"""Chromium, real, driven by Playwright's asynchronous side so that a test can speak to the domain as well."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

OpenContext = Callable[..., Awaitable[BrowserContext]]


def find_chromium() -> str | None:
    """The system's own; None means the one that `playwright install chromium` has brought."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
async def browser(anyio_backend: object) -> AsyncIterator[Browser]:
    """A missing Chromium is an error, never a skip: `make test` installs one."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def open_context(browser: Browser, anyio_backend: object) -> AsyncIterator[OpenContext]:
    """A person's own browser: `await open_context(locale="ar", viewport=...)`, any Playwright option."""
    opened: list[BrowserContext] = []

    async def new(**options: Any) -> BrowserContext:
        context = await browser.new_context(**options)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield new
    for context in opened:
        await context.close()


@pytest.fixture
async def page(open_context: OpenContext, anyio_backend: object) -> Page:
    """One page of one stranger."""
    return await (await open_context()).new_page()

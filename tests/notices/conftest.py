"""A real mail server in this process, and a studio that knows it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app import settings
from tests.notices.mail_server import MailServer


@pytest.fixture
async def post_office(monkeypatch: pytest.MonkeyPatch, anyio_backend: object) -> AsyncIterator[MailServer]:
    async with MailServer() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.get.cache_clear()
        yield server
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.fixture
def no_mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SMTP_URL", raising=False)
    settings.get.cache_clear()
    yield

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app import settings


class Elsewhere:
    """Stripe's side of a deletion over a real socket, which may be away."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self.says, self.port = "200 OK", 0
        self.server: asyncio.Server | None = None

    async def come(self) -> None:
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def leave(self) -> None:
        assert self.server
        self.server.close()
        await self.server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        writer.write(
            f"HTTP/1.1 {self.says}\r\nrequest-id: req_7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@contextmanager
def chosen(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    """A studio with these settings, and afterwards with those it had."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.fixture
async def stripe(monkeypatch: pytest.MonkeyPatch, anyio_backend: object):
    there = Elsewhere()
    await there.come()
    with chosen(monkeypatch, STRIPE_API_URL=f"http://127.0.0.1:{there.port}", STRIPE_SECRET_KEY="sk_test_x"):
        yield there
    await there.leave()

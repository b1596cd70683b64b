"""Somebody's own program on a real socket: it keeps what it is told and answers as the test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec


class Call(NamedTuple):
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, object]:
        return msgspec.json.decode(self.body, type=dict[str, object])


class Receiver:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.says = ["200 OK"]
        "One for each call; the last is said for ever."
        self.head = ""
        self.body = b""
        self.silent = asyncio.Event()
        "Cleared, it takes the call and answers nothing."
        self.silent.set()
        self.heard = asyncio.Event()
        "Set by every call."
        self.sent = 0
        self.port = 0

    def url(self, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            length = int(headers["content-length"])
            raw = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in head.split("\r\n")[1:] if line}
            self.calls.append(Call(raw, await reader.readexactly(length)))
            self.heard.set()
            says = self.says.pop(0) if len(self.says) > 1 else self.says[0]
            await self.silent.wait()
            start = f"HTTP/1.1 {says}\r\n{self.head}content-length: {len(self.body)}\r\nconnection: close\r\n\r\n"
            writer.write(start.encode())
            for at in range(0, len(self.body), 16 * 1024):
                writer.write(self.body[at : at + 16 * 1024])
                await writer.drain()
                self.sent += 16 * 1024
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.silent.set()
        server.close()
        await server.wait_closed()

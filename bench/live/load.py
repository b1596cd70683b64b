"""Many watchers in a process of their own: opens sockets, reads frames as cheaply as Python can, tells what arrived.

Reads one command a line as JSON from standard input, answers one line each. Frames carry the publisher's clock.
"""

import asyncio
import json
import os
import resource
import struct
import sys
import time
from array import array
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

PACKET = 23  # bytes of a preview's header; after it, in a bench, stands the time of sending
STAMP = struct.Struct(">d")
PEEK = PACKET + STAMP.size
PATIENCE = 30
BUFFER = bytearray(1 << 18)
VIEW = memoryview(BUFFER)


class Window:
    """What all watchers of this process have seen since the last command."""

    latencies = array("d")
    unread = 0
    closed = 0


class Watcher(asyncio.BufferedProtocol):
    """Knows just enough of websockets: server frames, whole or in pieces, of which only binary ones count."""

    __slots__ = ("compressed", "first", "hello", "kept", "left", "open", "payload", "sent_at", "transport")

    def __init__(self, hello: bytes) -> None:
        self.hello = hello
        self.open: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.kept = b""
        self.left = 0
        self.sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.hello)

    def get_buffer(self, sizehint: int) -> bytearray:
        return BUFFER

    def buffer_updated(self, size: int) -> None:
        if not self.left and not self.kept and self.open.done():
            self._read(VIEW[:size], 0, size)
        elif self.left >= size:  # the middle of a frame: the common case for large ones
            self.left -= size
            if not self.left:
                self._arrived()
        else:
            start = self.left
            if start:
                self.left = 0
                self._arrived()
            data = self.kept + bytes(VIEW[start:size])
            self.kept = b""
            if not self.open.done():
                data = self._read_answer(data)
            self._read(memoryview(data), 0, len(data))

    def _read_answer(self, data: bytes) -> bytes:
        answer, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            self.kept = data
            return b""
        if not answer.startswith(b"HTTP/1.1 101"):
            self.open.set_exception(ConnectionError(answer.decode(errors="replace")))
            return b""
        self.open.set_result(b"permessage-deflate" in answer.lower())
        return rest

    def _read(self, data: memoryview, at: int, end: int) -> None:
        while at < end:
            head = 2
            if end - at < 2:
                break
            length = data[at + 1] & 0x7F
            if length == 126:
                head = 4
            elif length == 127:
                head = 10
            if end - at < head:
                break
            if head > 2:
                length = int.from_bytes(data[at + 2 : at + head])
            binary, plain = data[at] & 0x0F == 2, not data[at] & 0x40
            if binary and plain and length >= PEEK:
                if end - at < head + PEEK:
                    break
                (self.sent_at,) = STAMP.unpack_from(data, at + head + PACKET)
            else:
                if data[at] & 0x0F == 1:
                    self.answer(data[at + head : at + head + min(length, 4)])
                self.sent_at = -1.0 if binary else 0.0
            missing = length - (end - at - head)
            if missing > 0:
                self.left = missing
                return
            at += head + length
            self._arrived()
        self.kept = bytes(data[at:end])

    def _arrived(self) -> None:
        if self.sent_at > 0:
            Window.latencies.append(time.monotonic() - self.sent_at)
        elif self.sent_at < 0:
            Window.unread += 1
        else:
            return
        if not self.first.done():
            self.first.set_result(None)

    def answer(self, text: memoryview) -> None:
        """Socket.IO talks back: an open packet wants a connect, a ping a pong."""
        reply = {b"0": b"40", b"2": b"3"}.get(bytes(text[:1]))
        if reply and SOCKETIO:
            self.transport.write(bytes((0x81, 0x80 | len(reply), 0, 0, 0, 0)) + reply)

    def connection_lost(self, error: Exception | None) -> None:
        Window.closed += 1
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed during the handshake"))


SOCKETIO = False


def hello(port: int, path: str, deflate: bool) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}",
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *(["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] if deflate else []),
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


async def main() -> None:
    watchers: list[Watcher] = []
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        answer = await ACTIONS[command.pop("do")](watchers, **command)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


async def open_(
    watchers: list[Watcher], port: int, paths: list[str], deflate: bool = False, socketio: bool = False,
    at_once: int = 50, wait_first: bool = False,
) -> dict[str, Any]:  # fmt: skip
    global SOCKETIO
    SOCKETIO = socketio
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(at_once)
    new: list[Watcher] = []

    async def one(path: str) -> bool:
        async with gate:
            _, watcher = await loop.create_connection(lambda: Watcher(hello(port, path, deflate)), "127.0.0.1", port)
            new.append(watcher)
            return await watcher.open

    deflated = await asyncio.gather(*(one(path) for path in paths))
    opened = time.monotonic() - began
    if wait_first:
        await asyncio.wait_for(asyncio.gather(*(watcher.first for watcher in new)), PATIENCE)
    watchers.extend(new)
    return {"opened_s": opened, "first_s": time.monotonic() - began, "deflated": sum(map(bool, deflated))}


async def window(watchers: list[Watcher]) -> dict[str, Any]:
    """What came since the last time, then begin anew."""
    latencies, Window.latencies = sorted(Window.latencies), array("d")
    unread, Window.unread = Window.unread, 0
    found: dict[str, float] = {"frames": len(latencies) + unread, "closed": Window.closed}
    if latencies:
        found |= {name: latencies[int(len(latencies) * part)] * 1000 for name, part in (("p50", 0.5), ("p99", 0.99))}
        found["worst"] = latencies[-1] * 1000
    return found


async def stall(watchers: list[Watcher], count: int) -> dict[str, Any]:
    for watcher in watchers[:count]:
        watcher.transport.pause_reading()
    return {}


async def resume(watchers: list[Watcher], count: int) -> dict[str, Any]:
    for watcher in watchers[:count]:
        watcher.transport.resume_reading()
    return {}


async def close(watchers: list[Watcher]) -> dict[str, Any]:
    for watcher in watchers:
        watcher.transport.abort()
    watchers.clear()
    await asyncio.sleep(0.2)
    Window.closed = 0
    return {}


ACTIONS: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
    "open": open_,
    "window": window,
    "stall": stall,
    "resume": resume,
    "close": close,
}

if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.nice(0)
    uvloop.run(main())

"""The wire itself, under a real uvicorn: whole frames, slow readers, pings and good-byes."""

import asyncio
import hashlib
import inspect
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app import embedded
from app.realtime import wire
from app.realtime.wire import BINARY, TEXT, Wire, frame
from tests.realtime.live import started

KNOWN = "0.54.0", "8b32a97a1608788bba525c8b1e0d3eb0a93cd09d0f4f41b9b83cebd527336c49"


def test_the_insides_of_uvicorn_are_the_ones_we_know():
    """If this fails, uvicorn was upgraded: read what changed in this file, try the wire with it, then write it here."""
    source = inspect.getsource(websockets_sansio_impl)

    assert (uvicorn.__version__, hashlib.sha256(source.encode()).hexdigest()) == KNOWN


class Line:
    """A server whose application does nothing but hand out its wires."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wires: asyncio.Queue[Wire] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.wires.put_nowait(scope["extensions"]["wire"])
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.gone.set()

    async def connect(self, **options: Any) -> tuple[ClientConnection, Wire]:
        client = await connect(f"ws://127.0.0.1:{self.port}/", proxy=None, max_size=None, **options)
        return client, await self.wires.get()


@asynccontextmanager
async def _line(port: int, **options: Any) -> AsyncIterator[Line]:
    line = Line(port)
    config = uvicorn.Config(line, port=port, log_config=None, lifespan="off", **(wire.OPTIONS | options))
    server = uvicorn.Server(config)
    serving = await started(server)
    try:
        yield line
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def line(tmp_path: Path, anyio_backend: object) -> AsyncIterator[Line]:
    async with _line(embedded.free_port(tmp_path)) as line:
        yield line


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 1_000_000])
async def test_a_frame_of_any_size_arrives_whole(line: Line, size: int):
    client, server = await line.connect()

    server.send_always(frame(BINARY, bytes(size)))
    server.send_latest("slot", frame(TEXT, b"x" * size))

    assert await client.recv() == bytes(size)
    assert await client.recv() == "x" * size
    await client.close()


async def test_frames_between_pings_and_uvicorns_own_messages_keep_their_shape(tmp_path: Path):
    async with _line(embedded.free_port(tmp_path), ws_ping_interval=0.01, ws_ping_timeout=5) as line:
        client, server = await line.connect(max_queue=None)

        for number in range(300):
            server.send_always(frame(TEXT, b"%d" % number))
            await server.send({"type": "websocket.send", "bytes": b"%d" % number})
            await client.ping()
            if number % 10 == 0:
                await asyncio.sleep(0.005)  # for the server's pings to fall due

        seen = [await client.recv() for _ in range(600)]
        assert seen == [kind for number in range(300) for kind in (str(number), b"%d" % number)]
        assert server.ping_sent_at > 0
        await client.close()


async def test_nothing_is_compressed_even_if_the_browser_offers_it(line: Line):
    client, server = await line.connect(compression="deflate")

    server.send_always(frame(TEXT, b"plain " * 100))

    assert client.protocol.extensions == []
    assert await client.recv() == "plain " * 100
    await client.close()


async def test_a_slow_reader_delays_nobody_and_gets_the_newest_frame_when_it_returns(line: Line):
    quick, to_quick = await line.connect(max_queue=None)
    slow, to_slow = await line.connect(max_queue=1)
    count, size = 500, 20_000

    for number in range(count):
        for server in (to_quick, to_slow):
            server.send_latest("preview", frame(BINARY, number.to_bytes(2) + bytes(size)))
        assert number_of(await quick.recv()) == number
    to_slow.send_always(frame(TEXT, b"the end"))

    assert to_slow.paused
    assert len(to_slow.waiting) == 2
    seen = [message async for message in _until(slow, "the end")]
    numbers = [number_of(message) for message in seen[:-1]]
    assert numbers == sorted(numbers)
    assert numbers[-1] == count - 1
    assert len(numbers) < count / 2


async def test_a_slow_reader_misses_no_state_and_each_slot_keeps_its_own_newest(line: Line):
    slow, server = await line.connect(max_queue=1)
    _fill(server)

    for number in range(50):
        server.send_always(frame(TEXT, b"state %d" % number))
        for slot in ("first", "second"):
            server.send_latest(slot, frame(TEXT, b"%s %d" % (slot.encode(), number)))
    server.send_always(frame(TEXT, b"the end"))

    seen = [message async for message in _until(slow, "the end") if isinstance(message, str)]
    assert [message for message in seen if message.startswith("state")] == [f"state {n}" for n in range(50)]
    assert seen[-3:] == ["first 49", "second 49", "the end"]


async def test_a_reader_too_far_behind_is_told_to_come_back_later(line: Line):
    slow, server = await line.connect(max_queue=1)
    quick, to_quick = await line.connect()
    _fill(server)

    for _ in range(300):
        server.send_always(frame(TEXT, b"x" * 1000))
    to_quick.send_always(frame(TEXT, b"unharmed"))

    assert await quick.recv() == "unharmed"
    with pytest.raises(ConnectionClosed):
        while True:
            await slow.recv()
    assert slow.close_code == 1013
    assert server.waiting == {}


async def test_a_close_waits_for_what_waits(line: Line):
    slow, server = await line.connect(max_queue=1)
    _fill(server)
    server.send_always(frame(TEXT, b"the last state"))

    server.close(1000)

    seen = [message async for message in slow]
    assert seen[-1] == "the last state"
    assert slow.close_code == 1000


async def test_who_answers_no_ping_and_reads_nothing_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "PATIENCE", 0.1)
    async with _line(embedded.free_port(tmp_path), ws_ping_interval=0.1, ws_ping_timeout=0.1) as line:
        with _deaf(line.port):
            server = await line.wires.get()
            _fill(server)

            async with asyncio.timeout(10):
                await line.gone.wait()
            assert server.waiting == {}


async def test_when_the_process_ends_browsers_are_told_to_come_back(tmp_path: Path):
    async with _line(embedded.free_port(tmp_path)) as line:
        client, server = await line.connect()
    server.send_always(frame(TEXT, b"too late"))  # nobody is hurt

    await client.wait_closed()

    assert client.close_code == 1012


def number_of(message: str | bytes) -> int:
    assert isinstance(message, bytes)
    return int.from_bytes(message[:2])


def _fill(server: Wire) -> None:
    """Until the kernel takes no more."""
    number = 0
    while not server.paused:
        server.send_latest(("fill", number := number + 1), frame(BINARY, bytes(50_000)))


async def _until(client: ClientConnection, last: str) -> AsyncIterator[str | bytes]:
    async with asyncio.timeout(10):
        while (message := await client.recv()) != last:
            yield message
        yield message
    await client.close()


class _deaf:
    """A client that shakes hands and never reads again."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port))

    def __enter__(self) -> None:
        self.line.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )

    def __exit__(self, *_: object) -> None:
        self.line.close()

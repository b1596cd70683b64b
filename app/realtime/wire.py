"""A websocket connection that takes a frame built once for all its fellows, and never makes them wait.

uvicorn builds a frame for each send of each socket. Here whoever fans out builds it once and writes the same bytes to
every transport, from 3 to 5 times cheaper. The class leans on the insides of one uvicorn version, so that version is
pinned and tests/realtime/test_wire.py fails when those insides change.

A transport is paused as soon as the kernel takes no more. From then on frames wait in order: of previews only the
newest in each slot, of state frames all, up to a limit past which the reader is told to come back later (1013).
"""

import logging
import socket
import struct
from asyncio.transports import BaseTransport
from collections.abc import Hashable
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from app.realtime.tally import tally

quiet = logging.getLogger(__name__)
quiet.setLevel(logging.WARNING)

TEXT, BINARY = 1, 2
MOST_OWED = 256 * 1024
"Bytes of state frames a reader may be behind."
UNSENT = 16 * 1024
"Bytes the kernel may hold for a reader who does not read; more would only be old previews."
PATIENCE = 5.0
"Seconds between saying good-bye and cutting the line."
TRY_AGAIN = 1013


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole message as a server sends it: final, unmasked, never compressed (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return struct.pack(">BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack(">BBQ", 0x80 | opcode, 127, size) + payload


class Wire(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = quiet  # uvicorn logs each address, and ours carry watch tokens
        self.paused = False
        self.waiting: dict[Hashable, bytes] = {}
        self.owed = 0
        self.farewell: tuple[int, str] | None = None

    @property
    def open(self) -> bool:
        return self.conn.state is State.OPEN and not self.transport.is_closing()

    def send_latest(self, slot: Hashable, data: bytes) -> None:
        """Send now, or keep as the only frame of its slot until the reader has caught up."""
        if self.farewell:
            return
        if self.paused:
            if self.waiting.pop(slot, None) is not None:
                tally.dropped += 1
            self.waiting[slot] = data
        elif self.conn.state is State.OPEN:
            tally.sent += 1
            self.transport.write(data)

    def send_always(self, data: bytes) -> None:
        """Send in order and drop nothing, unless the reader is so far behind that a fresh start is better."""
        if self.farewell:
            return
        if not self.paused:
            if self.conn.state is State.OPEN:
                tally.sent += 1
                self.transport.write(data)
            return
        self.owed += len(data)
        self.waiting[object()] = data  # a slot of its own
        if self.owed > MOST_OWED:
            tally.closed_slow += 1
            self.waiting.clear()
            self._say_goodbye(TRY_AGAIN, "too slow")

    def close(self, code: int, reason: str = "") -> None:
        """Close once everything that waits is sent; cut the line if that takes too long."""
        if self.waiting and self.open:
            self.farewell = (code, reason)
            self.loop.call_later(PATIENCE, self.transport.abort)
        else:
            self._say_goodbye(code, reason)

    def _say_goodbye(self, code: int, reason: str) -> None:
        if not self.open:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(PATIENCE, self.transport.abort)

    # What uvicorn and the transport call.

    async def run_asgi(self) -> None:
        self.scope["extensions"]["wire"] = self  # type: ignore[index, assignment]
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            del self.request, self.response  # headers that nobody reads again: 4 KB for each watcher
        if self.initial_response is not None and self.close_sent:
            # Refused by an HTTP answer: without this, uvicorn logs a handshake that was never completed.
            self.handshake_complete = True

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        line = transport.get_extra_info("socket")
        if line is not None and line.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def connection_lost(self, exc: Exception | None) -> None:
        self.waiting.clear()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self.paused = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self.paused = False
        super().resume_writing()
        while self.waiting and not self.paused and self.open:
            slot = next(iter(self.waiting))
            data = self.waiting.pop(slot)
            if type(slot) is object:
                self.owed -= len(data)
            tally.sent += 1
            self.transport.write(data)
        if self.farewell and not self.waiting:
            self._say_goodbye(*self.farewell)

    def keepalive_timeout(self) -> None:
        """A peer that answers no ping reads no farewell either: waiting for its buffer to drain would be for ever."""
        super().keepalive_timeout()
        self.loop.call_later(PATIENCE, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(PATIENCE, self.transport.abort)


OPTIONS: dict[str, Any] = {
    "ws": Wire,
    # Browsers offer compression and previews do not compress: it would cost twenty times the CPU.
    "ws_per_message_deflate": False,
    # Nobody has a reason to send more than a close.
    "ws_max_size": 1024,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
}
"For uvicorn."

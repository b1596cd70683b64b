"""The floor where there is no C compiler: bare uvloop transports, one prebuilt frame, nothing else."""

import asyncio
import sys
from typing import Any

import uvloop

ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
watching: set[Any] = set()


class Connection(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET "):
            self.transport.write(ANSWER)
            watching.add(self.transport)

    def pause_writing(self) -> None:
        watching.discard(self.transport)

    def resume_writing(self) -> None:
        watching.add(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        watching.discard(self.transport)


async def main() -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(Connection, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    frames = asyncio.StreamReader(limit=1 << 22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(frames), sys.stdin)
    while head := await frames.read(4):
        frame = await frames.readexactly(int.from_bytes(head))
        for transport in tuple(watching):
            transport.write(frame)


if __name__ == "__main__":
    uvloop.run(main())

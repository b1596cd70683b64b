"""The floor where there is no C compiler: bare uvloop transports, one prebuilt frame, nothing else."""

import asyncio
import struct
import sys
from typing import Any

import hiredis
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
    port, redis_port, password, topic = sys.argv[1:]
    await loop.create_server(Connection, "127.0.0.1", int(port), backlog=4096)
    redis, asking = await asyncio.open_connection("127.0.0.1", int(redis_port))
    asking.write(f"AUTH {password}\r\nSUBSCRIBE {topic}\r\n".encode())
    replies = hiredis.Reader()
    while data := await redis.read(1 << 18):
        replies.feed(data)
        while (reply := replies.gets()) is not False:
            if isinstance(reply, list) and reply[0] == b"message":
                frame = struct.pack(">BBH", 0x82, 126, len(reply[2])) + reply[2]
                for transport in tuple(watching):
                    transport.write(frame)


if __name__ == "__main__":
    uvloop.run(main())

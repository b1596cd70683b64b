"""The one Redis connection on which a web process hears everything its sockets want to know.

`topics` is the truth; Redis is told of each change in order, and told everything again when it comes back.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

import hiredis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

HEARTBEAT = 5.0
LONGEST_PAUSE = 1.0
CONFIRMED_WITHIN = 2.0


class Ear(asyncio.Protocol):
    """Hears each reply in the turn of the loop in which it comes; a stream would wake its reader for it first."""

    def __init__(self, take: Callable[[Any], None]) -> None:
        self.take = take
        self.replies = hiredis.Reader()
        self.ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        try:
            self.replies.feed(data)
            while (reply := self.replies.gets()) is not False:
                self.take(reply)
        except Exception as error:
            self._end(error)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("Redis closed the connection"))

    def _end(self, why: Exception) -> None:
        if not self.ended.done():
            self.ended.set_result(why)


class Subscriptions:
    def __init__(
        self, pool: ConnectionPool, hear: Callable[[bytes, bytes], None], returned: Callable[[], Awaitable[None]]
    ) -> None:
        self.topics: set[str] = set()
        self._pool, self._hear, self._returned = pool, hear, returned
        self._commands: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self._echoes: dict[bytes, asyncio.Future[None]] = {}
        self._numbers = count()
        self._away = False

    async def add(self, topic: str) -> None:
        """Return once Redis has confirmed; if it is away, do not wait: all is told again on its return."""
        self.topics.add(topic)
        self._commands.put_nowait(("SUBSCRIBE", topic))
        if self._away:
            return
        with suppress(TimeoutError, ConnectionError):
            await self._echo()

    def remove(self, topic: str) -> None:
        self.topics.discard(topic)
        self._commands.put_nowait(("UNSUBSCRIBE", topic))

    async def run(self) -> None:
        """Listen until cancelled; when Redis goes away, knock with growing pauses."""
        pause = 0.05
        while True:
            try:
                await self._listen()
            except* (RedisError, OSError, EOFError) as errors:
                logger.warning("Redis is away: %s", errors.exceptions[0])
            except* Exception:
                logger.exception("the live connection to Redis broke")
            pause = min(pause * 2, LONGEST_PAUSE) if self._away else 0.05
            self._away = True
            await asyncio.sleep(pause * random.uniform(0.5, 1))

    async def _listen(self) -> None:
        connection = self._connection()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            self._away = False
            self._say_everything_again()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(connection))
                tasks.create_task(self._write(connection))
                tasks.create_task(self._beat())
        finally:
            for echo in self._echoes.values():
                if not echo.done():
                    echo.set_exception(ConnectionError("Redis went away"))
            self._echoes.clear()
            await connection.disconnect(nowait=True)

    def _say_everything_again(self) -> None:
        """One SUBSCRIBE stands for every change that nobody heard; whoever awaits an echo gets it after that."""
        unheard = [self._commands.get_nowait() for _ in range(self._commands.qsize())]
        if self.topics:
            self._commands.put_nowait(("SUBSCRIBE", *self.topics))
        for command in unheard:
            if command[0] == "PING":
                self._commands.put_nowait(command)

    def _connection(self) -> AbstractConnection:
        options: dict[str, Any] = self._pool.connection_kwargs | {
            "retry": Retry(NoBackoff(), 0), "retry_on_error": [], "retry_on_timeout": False, "protocol": 2,
            "socket_timeout": None, "socket_connect_timeout": 5, "health_check_interval": 0, "decode_responses": False,
        }  # fmt: skip
        connection: AbstractConnection = self._pool.connection_class(**options)
        return connection

    async def _read(self, connection: AbstractConnection) -> None:
        """Straight from the transport: redis-py would take one reply at a time and four times the processor."""
        writer: asyncio.StreamWriter = connection._writer  # type: ignore[attr-defined, assignment]
        ear = Ear(self._take)
        writer.transport.set_protocol(ear)
        raise await ear.ended

    def _take(self, reply: Any) -> None:
        match reply:
            case [b"message", topic, data]:
                try:
                    self._hear(topic, data)
                except Exception:
                    logger.exception("a message on %s could not be handled", topic)
            case [b"pong", number] | bytes(number):
                echo = self._echoes.pop(number, None)
                if echo is not None and not echo.done():
                    echo.set_result(None)
            case Exception():
                raise reply

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            command = await self._commands.get()
            await connection.send_command(*command, check_health=False)

    async def _beat(self) -> None:
        """Also how a return is noticed: the first echo comes after every topic is subscribed again."""
        await self._echo()
        await self._returned()
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self._echo()

    async def _echo(self) -> None:
        """Everything said before has been done once this returns: Redis answers in order."""
        number = b"%d" % next(self._numbers)
        self._echoes[number] = asyncio.get_running_loop().create_future()
        self._commands.put_nowait(("PING", number.decode()))
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN):
                await self._echoes[number]
        finally:
            self._echoes.pop(number, None)

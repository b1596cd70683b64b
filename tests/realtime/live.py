"""People with sockets: what each of them was sent, and a worker's voice."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from app import cache
from app.domain import sessions
from app.models import Account, Generation
from app.realtime import bus, preview
from app.realtime.events import GenerationProgressed
from tests.patience import eventually
from tests.people import account, key_of

PATIENCE = 10
Message = str | bytes


class Person:
    def __init__(self, account: Account, token: str, key: str) -> None:
        self.account, self.token = account, token
        self.key = {"Authorization": f"Bearer {key}"}
        self.id: UUID = account.id

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"session={self.token}"}


async def person(name: str, language: str = "en") -> Person:
    who = await account(name, language=language)
    return Person(who, await sessions.begin(who.id, "test"), await key_of(who.id))


class Page:
    """One open socket, read all the time by a client that forgives nothing."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[Message] = []
        self._came = asyncio.Condition()
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                await self._note(message)
        finally:
            await self._note(None)

    async def _note(self, message: Message | None) -> None:
        async with self._came:
            if message is not None:
                self.seen.append(message)
            self._came.notify_all()

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message of this kind, whether it came already or is still to come."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: any(map(wanted, self.seen)) or self._reading.done())
        return next(filter(wanted, self.seen))

    async def until_html(self, *parts: str) -> str:
        return str(
            await self.until(lambda message: isinstance(message, str) and all(part in message for part in parts))
        )

    async def until_step(self, step: int) -> preview.Preview:
        return preview.unpack(bytes(await self.until(lambda message: step_of(message) == step)))  # type: ignore[arg-type]

    async def until_closed(self) -> int | None:
        async with asyncio.timeout(PATIENCE):
            await self.socket.wait_closed()
        return self.socket.close_code

    def forget(self) -> None:
        self.seen.clear()

    @property
    def steps(self) -> list[int]:
        return [step for message in self.seen if (step := step_of(message)) is not None]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(message) for message in self.seen if isinstance(message, str)]

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)


def step_of(message: Message) -> int | None:
    return preview.unpack(message).step if isinstance(message, bytes) else None


class Site:
    """A web process's sockets on a port of this one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.pages: list[Page] = []

    async def connect(self, path: str, **options: Any) -> ClientConnection:
        return await connect(f"ws://127.0.0.1:{self.port}{path}", **({"proxy": None, "max_size": None} | options))

    async def page(self, who: Person | None = None, query: str = "") -> Page:
        headers = who.cookie if who else {}
        return self._keep(await self.connect(f"/live?{query}", origin=self.origin, additional_headers=headers))

    async def program(self, who: Person | None, generation_id: UUID, query: str = "") -> Page:
        path = f"/api/v1/generations/{generation_id}/events?{query}"
        return self._keep(await self.connect(path, additional_headers=who.key if who else {}))

    def _keep(self, socket: ClientConnection) -> Page:
        page = Page(socket)
        self.pages.append(page)
        return page

    async def close(self) -> None:
        await asyncio.gather(*(page.close() for page in self.pages), return_exceptions=True)


async def being_made(owner: Person, visibility: str = "private", **columns: Any) -> Generation:
    params = {"prompt": "a red fox", "width": 128, "height": 128, "num_images_per_prompt": 1}
    values: dict[Any, Any] = {
        "owner": owner.id, "kind": "image", "model": "test", "params": msgspec.json.encode(params).decode(),
        "visibility": visibility, "status": "running", "cost": 1, "work": 1, "attempt": 1, "total_steps": 20,
        "queued_at": datetime.now(UTC),
    }  # fmt: skip
    generation = Generation(**(values | columns))
    await Generation.insert(generation)
    return generation


async def draw(generation: Generation, step: int, attempt: int = 1, size: int = 4000, position: int = 0) -> None:
    """What a worker does after a step: keep the newest frame, tell whoever watches."""
    packet = preview.pack(preview.Preview(generation.id, position, attempt, step, 20, bytes(size)))
    await cache.redis().set(bus.frame_key(generation.id, position), packet, ex=600)
    await cache.redis().publish(bus.generation_topic(generation.id), packet)


async def progress(generation: Generation, step: int, attempt: int = 1) -> None:
    event = GenerationProgressed(generation.id, attempt, step, 20)
    await bus.publish(bus.generation_topic(generation.id), event)


async def set_columns(generation: Generation, **columns: Any) -> None:
    names = {getattr(Generation, name): value for name, value in columns.items()}
    await Generation.update(names).where(Generation.id == generation.id)


async def listeners(topic: str) -> int:
    """Whom a worker sees."""
    [(_, count)] = await cache.redis().pubsub_numsub(topic)
    return int(count)


async def somebody_listens(topic: str) -> None:
    await eventually(lambda: listeners(topic))


async def nobody_listens() -> None:
    async def nothing() -> bool:
        return not await cache.redis().pubsub_channels()

    await eventually(nothing)


async def started(server: uvicorn.Server) -> asyncio.Future[None]:
    serving = asyncio.ensure_future(server.serve())

    await eventually(lambda: server.started or serving.done())
    return serving

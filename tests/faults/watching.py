"""Somebody's eyes on one generation: a real socket that comes back whenever it breaks, and remembers what it saw."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.realtime import preview
from tests.studio import Studio

PATIENCE = 60.0
COME_BACK = 0.05
FINISHED = {"succeeded", "failed", "canceled"}


class Watch:
    def __init__(self, studio: Studio, token: str, generation_id: UUID | str) -> None:
        address = studio.base_url.replace("http", "ws", 1)
        self.address = f"{address}/api/v1/generations/{generation_id}/events?previews=1"
        self.token = token
        self.seen: list[tuple[int, int]] = []
        "(attempt, step) of every progress and every frame, as they came."
        self.frames: list[preview.Preview] = []
        self.states: list[dict[str, Any]] = []
        self.connections = 0
        self.connected = False
        self._came = asyncio.Event()
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        while not self.finished:
            try:
                async with connect(self.address, additional_headers=headers, proxy=None, open_timeout=5) as socket:
                    self.connections += 1
                    self.connected = True
                    await self._read(socket)
            except (OSError, WebSocketException):
                pass
            self.connected = False
            await asyncio.sleep(COME_BACK)

    async def _read(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self.frames.append(frame := preview.unpack(message))
                self.seen.append((frame.attempt, frame.step))
            else:
                event = msgspec.json.decode(message)
                if event["type"] == "generation.state":
                    self.states.append(event["generation"])
                else:
                    self.seen.append((event["attempt"], event["step"]))
            self._came.set()

    @property
    def finished(self) -> bool:
        return bool(self.states) and self.states[-1]["status"] in FINISHED

    @property
    def newest(self) -> tuple[int, int]:
        return max(self.seen, default=(0, 0))

    async def until(self, true: Callable[[], bool], patience: float = PATIENCE) -> None:
        async with asyncio.timeout(patience):
            while not true():
                self._came.clear()
                await self._came.wait()

    async def until_step(self, step: int, attempt: int = 0) -> None:
        await self.until(lambda: any(s >= step and a >= attempt for a, s in self.seen) or self.finished)

    async def until_finished(self) -> dict[str, Any]:
        await self.until(lambda: self.finished)
        return self.states[-1]

    def never_went_back(self) -> bool:
        """Attempts only grow, and within one the steps only grow."""
        return self.seen == sorted(self.seen)

    async def close(self) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)

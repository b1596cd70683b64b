"""A peer: python-socketio with one room for each job and a binary attachment for each frame, from the same Redis.

Needs `pip install python-socketio`, which nothing else here does.
"""

import asyncio
import os
from typing import Any
from urllib.parse import parse_qs

import socketio
from redis.asyncio import Redis

server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
tasks: set[asyncio.Task[None]] = set()


@server.event
async def connect(sid: str, environ: dict[str, Any]) -> None:
    for name in parse_qs(environ["QUERY_STRING"]).get("generation", []):
        await server.enter_room(sid, f"generation:{name}")


async def relay() -> None:
    pubsub = Redis.from_url(os.environ["REDIS_URL"]).pubsub()
    await pubsub.psubscribe("generation:*")
    async for message in pubsub.listen():
        if message["type"] == "pmessage":
            await server.emit("preview", message["data"], room=message["channel"].decode())


async def begin() -> None:
    tasks.add(asyncio.ensure_future(relay()))


app = socketio.ASGIApp(server, on_startup=begin)

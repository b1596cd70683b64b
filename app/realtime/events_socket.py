"""The same news for programs: one generation, as JSON, until it is over."""

from uuid import UUID

import msgspec
from litestar import websocket
from litestar.types.asgi_types import WebSocketResponseBodyEvent, WebSocketResponseStartEvent

from app.domain import watching
from app.errors import DomainError, NotFound, Refused
from app.realtime import knock, lobby
from app.realtime.hub import Hub
from app.realtime.knock import Socket
from app.realtime.socket import watch
from app.realtime.watcher import GONE, Watcher
from app.roles import Power
from app.routes.security import bearer_of


@websocket("/api/v1/generations/{generation_id:uuid}/events", limit="sockets", may=Power.LOOK)
async def generation_events(socket: Socket, generation_id: UUID) -> None:
    watch_token = socket.query_params.get("watch", "")
    try:
        watcher = await _watcher(socket)
        if not await watching.may_watch(generation_id, watcher.account_id, watch_token):
            raise NotFound
    except DomainError as error:
        await _refuse(socket, error)
        return

    async def arrive(hub: Hub) -> None:
        if watcher.account_id:  # where it is heard that the session has ended
            await hub.join(lobby.person_of(hub, watcher.account_id), watcher)
        if not await lobby.enter(hub, watcher, generation_id, watch_token):
            watcher.wire.close(GONE, "gone")

    await watch(socket, watcher, arrive)


async def _watcher(socket: Socket) -> Watcher:
    """A key speaks for itself. A cookie speaks only on our own pages, and a program has none."""
    previews = socket.query_params.get("previews") == "1"
    if key := bearer_of(socket):
        return await knock.program_of(socket, key, previews=previews)
    if (token := knock.cookie(socket)) and not knock.is_ours(socket):
        raise Refused("This page is not one of ours.")
    return await knock.watcher_of(socket, token, json=True, previews=previews)


async def _refuse(socket: Socket, error: DomainError) -> None:
    """Before accepting, a refusal is an ordinary HTTP answer with a problem document."""
    problem = msgspec.json.encode({"type": "about:blank", "status": error.status, "title": error.sentence})
    start: WebSocketResponseStartEvent = {
        "type": "websocket.http.response.start",
        "status": error.status,
        "headers": [(b"content-type", b"application/problem+json")],
    }
    body: WebSocketResponseBodyEvent = {"type": "websocket.http.response.body", "body": problem, "more_body": False}
    await socket.send(start)
    await socket.send(body)

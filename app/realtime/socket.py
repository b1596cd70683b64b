"""The socket of every page. It only speaks: whatever is sent to it, beyond a close, is not read."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import websocket

from app.domain import generation as generations
from app.models import ids
from app.realtime import bus, knock, lobby
from app.realtime import hub as hubs
from app.realtime.hub import Hub
from app.realtime.knock import Socket
from app.realtime.tally import tally
from app.realtime.watcher import Watcher
from app.roles import Power

logger = logging.getLogger(__name__)

MOST_ROOMS = 64
"How many generations one page may ask for."
MOST_MESSAGES = 20
"How many messages a client may send before it is taken for a nuisance."
NUISANCE = 1008
RETRIES = 5


@websocket("/live", limit="sockets", may=Power.LOOK)
async def live(socket: Socket) -> None:
    if not knock.is_ours(socket):
        await socket.close()  # before accepting: the answer is a plain 403
        return
    watcher = await knock.watcher_of(socket, knock.cookie(socket))
    wishes, explore = wishes_of(socket), "explore" in socket.query_params
    await watch(socket, watcher, lambda hub: arrive(hub, watcher, wishes, explore))


def wishes_of(socket: Socket) -> dict[UUID, str]:
    """generation=<id>[:<watch token>], as often as there are cards on the page."""
    wishes = {}
    for value in socket.query_params.getall("generation", [])[:MOST_ROOMS]:
        name, _, watch_token = value.partition(":")
        if generation_id := ids.read(name):
            wishes[generation_id] = watch_token
    return wishes


async def arrive(hub: Hub, watcher: Watcher, wishes: dict[UUID, str], explore: bool) -> None:
    if explore:
        await hub.join(lobby.explore_of(hub), watcher)
    if watcher.account_id:
        await hub.join(lobby.person_of(hub, watcher.account_id), watcher)
        unfinished = await generations.unfinished_of(watcher.account_id)
        wishes = {generation.id: "" for generation in unfinished} | wishes
    for generation_id, watch_token in wishes.items():
        if bus.generation_topic(generation_id) not in watcher.topics:
            await lobby.enter(hub, watcher, generation_id, watch_token)


async def watch(socket: Socket, watcher: Watcher, arrive: Callable[[Hub], Awaitable[object]]) -> None:
    """Accept, listen for everything this socket wants, until it goes."""
    hub = hubs.current()
    await socket.accept()
    tally.watchers += 1
    arriving = asyncio.ensure_future(_keep_trying(lambda: arrive(hub)))
    try:
        await _until_it_goes(socket, watcher)
    finally:
        arriving.cancel()
        hub.leave_all(watcher)
        tally.watchers -= 1


async def _keep_trying(arrive: Callable[[], Awaitable[object]]) -> None:
    """The database may be away for a moment: then try again rather than close."""
    for attempt in range(RETRIES):
        try:
            await arrive()
        except Exception:
            logger.exception("a socket could not be told everything yet")
            await asyncio.sleep(2**attempt)
        else:
            return


async def _until_it_goes(socket: Socket, watcher: Watcher) -> None:
    heard = 0
    while (await socket.receive())["type"] != "websocket.disconnect":
        heard += 1
        if heard == MOST_MESSAGES:
            watcher.wire.close(NUISANCE, "this socket only speaks")

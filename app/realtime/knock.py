"""Before a socket is accepted: does the page belong to us, and who is behind it?"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar.connection import WebSocket

from app import i18n, settings
from app.domain import keys, sessions
from app.errors import Refused
from app.models import Account
from app.realtime.watcher import Watcher
from app.realtime.wire import Wire
from app.routes.security import cookie_name

Socket = WebSocket[Any, Any, Any]


def is_ours(socket: Socket) -> bool:
    """Browsers always say where a page is from, and no page can forge it: only our own addresses, letter by letter."""
    return socket.headers.get("origin") in our_addresses()


def our_addresses() -> set[str]:
    site = urlsplit(settings.get().base_url)
    addresses = {f"{site.scheme}://{site.netloc}"}
    if site.hostname == "127.0.0.1":  # one's own machine by its other name, which passkeys need
        addresses.add(f"http://localhost:{site.port}")
    return addresses


def cookie(socket: Socket) -> str:
    return socket.cookies.get(cookie_name(), "")


async def watcher_of(socket: Socket, token: str, *, json: bool = False, previews: bool = True) -> Watcher:
    """Whoever the cookie speaks for, or a visitor."""
    found = await sessions.find(token)
    return _watcher(socket, found[0].id if found else None, found[1] if found else None, json=json, previews=previews)


async def program_of(socket: Socket, token: str, *, previews: bool) -> Watcher:
    """Whoever the key speaks for. What ends a session ends a key's sockets too: it is told of by its id."""
    key, account = await keys.holder(token)
    if keys.READ not in key.scopes.split():
        raise Refused(keys.NOT_THIS)
    return _watcher(socket, key.id, account, json=True, previews=previews)


def _watcher(
    socket: Socket, session_id: UUID | None, account: Account | None, *, json: bool, previews: bool
) -> Watcher:
    wire = socket.scope["extensions"]["wire"]  # type: ignore[index]
    if not isinstance(wire, Wire):
        raise RuntimeError("live sockets need uvicorn with ws=app.realtime.wire.Wire")
    watcher = Watcher(wire, json=json, previews=previews)
    wishes = [socket.cookies.get("language"), socket.headers.get("accept-language")]
    if account:
        watcher.session_id, watcher.account_id = session_id, account.id
        wishes.insert(0, account.language)
    watcher.language = i18n.choose(*wishes)
    return watcher

"""Before a socket is accepted: does the page belong to us, and who is behind it?"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar.connection import WebSocket

from app import i18n, settings
from app.domain import accounts
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
    if not settings.get().public_url:
        addresses.add(f"http://localhost:{settings.get().port}")
    return addresses


def cookie(socket: Socket) -> str:
    return socket.cookies.get(cookie_name(), "")


def bearer(socket: Socket) -> str:
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def watcher_of(socket: Socket, token: str, *, json: bool = False, previews: bool = True) -> Watcher:
    """Whoever the token speaks for, or a visitor."""
    wire = socket.scope["extensions"]["wire"]  # type: ignore[index]
    if not isinstance(wire, Wire):
        raise RuntimeError("live sockets need uvicorn with ws=app.realtime.wire.Wire")
    watcher = Watcher(wire, json=json, previews=previews)
    wishes = [socket.cookies.get("language"), socket.headers.get("accept-language")]
    if found := await accounts.session_of(token):
        session, account = found
        watcher.session_id, watcher.account_id = session.id, account.id
        wishes.insert(0, account.language)
    watcher.language = i18n.choose(*wishes)
    return watcher


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""`ETag` on what programs read, so that nothing is sent twice; `If-Match`, so that no change is overwritten unseen."""

from hashlib import sha256
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from app.errors import N_, DomainError
from app.routes.pages import Http

ASKS_AGAIN = "private, no-cache"


class Changed(DomainError):
    status = 412


class Tagged:
    """Inside of who asks and how often. The tag is the answer's own hash: the same for whoever reads the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = ASGIConnection[Any, Any, Any, Any](scope).headers.get("if-none-match", "")
        start: Any = None
        body = b""

        async def hold(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            if start["status"] == 200:
                body = _tag(start, body, known)
            await send(start)
            await send({"type": "http.response.body", "body": body, "more_body": False})

        await self.app(scope, receive, hold)


def _tag(start: Any, body: bytes, known: str) -> bytes:
    """Marks the beginning of an answer, and leaves its body away where it is known already."""
    headers, tag = MutableScopeHeaders.from_message(start), tag_of(body)
    headers["ETag"], headers["Cache-Control"], headers["Vary"] = tag, ASKS_AGAIN, "Authorization, Accept-Language"
    if not _names(known, tag):
        return body
    start["status"] = 304
    for name in ("content-length", "content-type"):
        headers.pop(name, None)
    return b""


def tag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'


def check(request: Http, present: msgspec.Struct) -> None:
    """What stands there must be what the program read, if it says what that was."""
    asked = request.headers.get("if-match")
    if asked is not None and not _names(asked, tag_of(msgspec.json.encode(present))):
        raise Changed(N_("It has changed since you read it. Read it again, then send your change once more."))


def _names(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in header.split(","))

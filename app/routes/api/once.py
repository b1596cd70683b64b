"""`Idempotency-Key` on POST: the same request sent twice does its work once and is answered the same."""

from hashlib import sha256
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from app.domain import answers

STREAMED = "/api/v1/uploads"
"Known by their address and length alone: a file is not held in memory to be compared."
LARGEST = 2 * 1024 * 1024


class Once:
    """Inside of who asks and how often, outside of the handler and of its errors."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        account = scope.get("user")
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST" or account is None:
            await self.app(scope, receive, send)
            return
        key = ASGIConnection[Any, Any, Any, Any](scope).headers.get("idempotency-key")
        if key is None:
            await self.app(scope, receive, send)
            return
        streamed = scope["path"].rstrip("/") == STREAMED
        body = b"" if streamed else await _body(receive)
        known = await answers.begin(account.id, key, _fingerprint(scope, body))
        if known:
            await _send(send, known.status, known.body.encode(), (b"idempotency-replayed", b"true"))
            return
        answer = _Answer()
        try:
            await self.app(scope, receive if streamed else _again(body), answer.take)
        finally:
            if 200 <= answer.status < 300:
                await answers.keep(account.id, key, answer.status, answer.body.decode())
            else:
                await answers.forget(account.id, key)
        for message in answer.messages:
            await send(message)


class _Answer:
    """Held back until it is kept: whoever has heard it hears it again."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.status, self.body = 0, b""

    async def take(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message["body"]


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            raise HTTPException(status_code=400)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST:
            raise HTTPException(status_code=413)
    return body


def _again(body: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _fingerprint(scope: HTTPScope, body: bytes) -> str:
    headers = dict(scope["headers"])
    address = (scope["path"].encode(), scope["query_string"], headers.get(b"content-length", b""))
    return sha256(msgspec.msgpack.encode([*address, body])).hexdigest()


async def _send(send: Send, status: int, body: bytes, header: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), header]
    start: Any = {"type": "http.response.start", "status": status, "headers": headers}
    whole: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(start)
    await send(whole)

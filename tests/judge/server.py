"""An operator's judge on a real socket: it believes only what is signed, and keeps what it was asked."""

import asyncio
import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any

import asyncpg

from app import settings

KEY = b"a key of twenty-four bytes or more"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


class Judge:
    def __init__(self) -> None:
        self.asked = list[dict[str, Any]]()
        self.raw = b""
        "Everything that ever reached it, heads included."
        self.says: dict[str, Any] = {"verdict": "allow"}
        self.only = ""
        "The kind that it says this about; to others it says yes."
        self.body = b""
        "Said as it is, in place of that."
        self.status, self.head = 200, list[tuple[bytes, bytes]]()
        self.answers = asyncio.Event()
        "Cleared, it takes the question and is silent."
        self.answers.set()
        self.heard = asyncio.Event()
        self.in_transactions = 0
        "How many connections waited inside a transaction while it was asked."

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        head = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.raw += repr((scope["path"], scope["query_string"], head)).encode() + body
        question = json.loads(body)
        if scope["method"] != "POST" or not _signed(head, body):
            await self._say(send, 401, b"{}")
            return
        self.asked.append(question)
        self.in_transactions += await _in_transactions()
        self.heard.set()
        await self.answers.wait()
        says = self.says if self.only in ("", question["kind"]) else {"verdict": "allow"}
        await self._say(send, self.status, self.body or json.dumps(says).encode())

    async def _say(self, send: Any, status: int, body: bytes) -> None:
        await send({"type": "http.response.start", "status": status, "headers": self.head})
        await send({"type": "http.response.body", "body": body})

    def kinds(self) -> list[str]:
        return [each["kind"] for each in self.asked]


def _signed(head: dict[str, str], body: bytes) -> bool:
    """By the Standard Webhooks' own words, and a moment ago."""
    message, moment = head["webhook-id"], head["webhook-timestamp"]
    mine = base64.b64encode(hmac.new(KEY, f"{message}.{moment}.".encode() + body, sha256).digest()).decode()
    return abs(time.time() - int(moment)) < 60 and head["webhook-signature"] == f"v1,{mine}"


async def _in_transactions() -> int:
    connection = await asyncpg.connect(settings.get().database_url)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                " AND datname = current_database()"
            )
        )
    finally:
        await connection.close()

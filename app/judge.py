"""An address of the operator's own that says what may become public: one signed question, one short answer.

Decision 57 says what it is asked and what not. Whoever answers late, at length, with nonsense or by sending us
elsewhere is silent; nobody here guesses what was meant.
"""

import asyncio
from typing import Literal
from uuid import UUID

import msgspec

from app import outbound, settings, webhook_signing
from app.models.ids import uuid7
from app.rulebook import Verdict

NO_MEDIA = msgspec.UNSET
PATIENCE = 3.0
"Seconds for all of it: a person or a worker waits meanwhile."
MOST_READ = 16 * 1024
AWAY = (TimeoutError, OSError, outbound.Unreachable, outbound.NotOnTheList)
NONSENSE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Media(msgspec.Struct, frozen=True):
    type: str
    data: bytes
    "In base64 on its way."


class Question(msgspec.Struct, frozen=True):
    """Nothing of whoever made it: no id, no name, no address."""

    kind: Literal["words", "picture", "sound"]
    id: UUID
    prompt: str
    lyrics: str
    title: str
    language: str
    media: Media | msgspec.UnsetType = NO_MEDIA


class Answer(msgspec.Struct, frozen=True):
    verdict: Verdict
    ground: str = ""


class Silent(Exception):
    """With a word for the log, never with what was said."""


async def ask(question: Question) -> Answer:
    """Call outside of any transaction."""
    body = msgspec.json.encode(question)
    try:
        async with asyncio.timeout(PATIENCE):
            return msgspec.json.decode(await _answer(body), type=Answer)
    except (*AWAY, *NONSENSE) as error:
        raise Silent(type(error).__name__) from None


async def _answer(body: bytes) -> bytes:
    """No redirect is followed, nothing is unpacked, and no more is read than an answer may be long."""
    read, chosen = bytearray(), settings.get()
    headers = webhook_signing.headers(str(uuid7()), body, chosen.moderation_secret) | {"accept-encoding": "identity"}
    async with (
        outbound.client(PATIENCE) as client,
        client.stream("POST", chosen.moderation_url, content=body, headers=headers) as answer,
    ):
        if answer.status_code != 200:
            raise Silent(f"status {answer.status_code}")
        async for piece in answer.aiter_raw():
            read += piece
            if len(read) > MOST_READ:
                raise Silent("more than an answer")
    return bytes(read)

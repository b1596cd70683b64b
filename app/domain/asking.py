"""What the operator's own judge says about what is to be public, if there is one: asked before every transaction.

The strictest of it and the rules of the studio counts. What stays private it never hears of. See decision 57.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from app import judge, settings, storage
from app.domain import bare
from app.domain.grounds import GROUNDS
from app.domain.people import folder_of
from app.errors import N_, DomainError
from app.models import Creation, Kind
from app.models.ids import uuid7
from app.rulebook import STRICTNESS, Verdict

logger = logging.getLogger(__name__)

BY_JUDGE = N_("A machine that judges for this studio set it aside. No person has judged it yet; one looks at it next.")
BY_JUDGES_VEIL = N_(
    "A machine that judges for this studio drew a veil over it: others see it after a press. No person has judged it;"
    " ask, and one does."
)
BY_SILENCE = N_(
    "The machine that judges for this studio did not answer, so a person looks at it before others see it."
    " Nothing is said against it."
)
LATER = N_("We cannot have this looked at right now. Nothing was changed; please try again in a while.")
WORDS = {"prompt": "prompt", "lyrics": "lyrics", "title": "title", "language": "vocal_language"}
"Of a question, and what they are called among the params."
AT_ONCE, ALTOGETHER = 8, 20.0
"Questions, and seconds for all that are asked in one go."
HEARD = 1_000_000
"Bytes of a song: forty seconds."
TAG = 200_000
"Bytes that may stand before them and are left out."


class Said(NamedTuple):
    verdict: Verdict
    ground: str = ""
    "A name of GROUNDS."
    text: str = ""
    "Why it is set aside, as its maker reads it."
    veil: str = ""
    "Why it is behind a veil."
    silent: bool = False

    @property
    def waits(self) -> bool:
        """Nobody answered, and this studio does not take that for a yes."""
        return self.silent and self.verdict is not Verdict.ALLOW


NOTHING = Said(Verdict.ALLOW)


class Piece(NamedTuple):
    """Finished, and to be public."""

    id: UUID
    kind: str
    params: Mapping[str, Any]
    title: str = ""


def asks() -> bool:
    return bool(settings.get().moderation_url)


def strictest(*said: Said) -> Said:
    return max(said, key=lambda each: STRICTNESS(each.verdict))


async def about_words(params: Mapping[str, Any], piece_id: UUID | None = None) -> Said:
    """Before anything is made of them there is no piece, and the id is the question's own."""
    return await _ask(_question("words", piece_id or uuid7(), params)) if asks() else NOTHING


async def about(pieces: list[Piece]) -> dict[UUID, Said]:
    """By the id of each. Who was silent once is asked no more this time: whoever waits has waited long enough."""
    said, until = dict[UUID, Said](), time.monotonic() + ALTOGETHER
    if not asks():
        return said
    for some in (pieces[at : at + AT_ONCE] for at in range(0, len(pieces), AT_ONCE)):
        tired = time.monotonic() > until or any(each.silent for each in said.values())
        answers = [_silence() for _ in some] if tired else await asyncio.gather(*map(_about_one, some))
        said |= {piece.id: answer for piece, answer in zip(some, answers, strict=True)}
    return said


async def _about_one(piece: Piece) -> Said:
    kind = "sound" if piece.kind == Kind.SONG else "picture"
    try:
        media = await (_sound(piece.id) if kind == "sound" else _picture(piece.id))
    except (DomainError, *storage.UNREACHABLE) as error:
        logger.warning("nobody could be asked about %s %s: %s", kind, piece.id, type(error).__name__)
        return _silence()
    if not media.data:
        return _silence()  # not a file of ours any more, or hardly
    return await _ask(_question(kind, piece.id, {**piece.params, "title": piece.title}, media))


async def _ask(question: judge.Question) -> Said:
    try:
        answer = await judge.ask(question)
        if answer.verdict is not Verdict.ALLOW and answer.ground not in GROUNDS:
            raise judge.Silent("no such ground")
    except judge.Silent as why:
        logger.warning("the judge did not answer about %s %s: %s", question.kind, question.id, why)
        return _silence()
    return Said(answer.verdict, answer.ground, BY_JUDGE, BY_JUDGES_VEIL)


def _silence() -> Said:
    return Said(Verdict(settings.get().moderation_silent), "rules", BY_SILENCE, silent=True)


def _question(kind: Any, about_id: UUID, params: Mapping[str, Any], media: Any = judge.NO_MEDIA) -> judge.Question:
    said = {name: str(params.get(field) or "") for name, field in WORDS.items()}
    return judge.Question(kind=kind, id=about_id, media=media, **said)


async def _picture(creation_id: UUID) -> judge.Media:
    """As small as it hangs on the wall."""
    return judge.Media("image/webp", bare.picture(await storage.get(_key(creation_id, "thumb.webp"))))


async def _sound(creation_id: UUID) -> judge.Media:
    """How it begins."""
    key, read = _key(creation_id, "listen.mp3"), bytearray()
    async for piece in storage.stream(key, 0, min(TAG + HEARD, await storage.size(key))):
        read += piece
    return judge.Media("audio/mpeg", bare.sound(bytes(read))[:HEARD])


def _key(creation_id: UUID, name: str) -> str:
    return f"{folder_of(Creation)}/{creation_id}/{name}"

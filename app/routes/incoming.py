"""A file on its way in, never whole in memory: the body as it is, or the one file of a form, written piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from app import i18n, settings
from app.domain import receiving
from app.domain.receiving import Place
from app.errors import N_, DomainError, TooSlow
from app.models import Upload
from app.routes.failures import SENTENCES
from app.routes.pages import Http, language

FORM = "multipart/form-data"
BARE = ("image/", "audio/", "video/", "application/octet-stream", "application/ogg")
MOST_PARTS = 10
LONGEST_WORD = 1000
"What a form says beside its file: a tick and a number."


async def received(request: Http, owner_id: UUID) -> Upload:
    """From the first byte to the row, with the words that were agreed to."""
    check_kind(request)
    async with receiving.reserved(owner_id, request.content_length) as place:
        said = await read(request, place)
        words = i18n.spoken(receiving.CONSENT, language(request)) if said.get("agreed") == "yes" else ""
        return await receiving.keep(place, words, said.get("days", ""))


def check_kind(request: Http) -> None:
    """Before room is taken. What the file really is, its bytes will say."""
    if request.content_type[0] != FORM and not request.content_type[0].startswith(BARE):
        raise HTTPException(status_code=415)


def check_bare(request: Http) -> None:
    """A part of a file is no form."""
    if not request.content_type[0].startswith(BARE):
        raise HTTPException(status_code=415)


async def read(request: Http, place: Place) -> dict[str, str]:
    """Everything into its place; what the form or the address said beside it."""
    try:
        async with asyncio.timeout(settings.get().upload_wait_seconds):
            if request.content_type[0] == FORM:
                return await _form(request, place)
            async for piece in _pieces(request):
                receiving.write(place, piece)
    except TimeoutError:
        raise TooSlow(N_("This upload took too long. Nothing of it was kept."), field="file") from None
    return dict(request.query_params)


async def _pieces(request: Http) -> AsyncIterator[bytes]:
    """As many bytes as were announced, or it broke off; never more than any upload may have."""
    came, announced = 0, request.content_length
    try:
        async for piece in request.stream():
            came += len(piece)
            if came > receiving.most_body():
                raise HTTPException(status_code=413)
            if piece:
                yield piece
    except HTTPException as error:
        if error.status_code != 500:
            raise
        raise _broken_off() from None
    if announced is not None and came != announced:
        raise _broken_off()


async def _form(request: Http, place: Place) -> dict[str, str]:
    boundary = request.content_type[1].get("boundary", "")
    if not boundary:
        raise DomainError(SENTENCES[400])
    fields: dict[str, str] = {}
    part: MultipartSegment | None = None
    try:
        with PushMultipartParser(boundary.encode(), max_segment_count=MOST_PARTS) as parser:
            async for piece in _pieces(request):
                for event in [] if parser.closed else parser.parse(piece):
                    if isinstance(event, MultipartSegment):
                        part = event
                    elif event and part:
                        _take(part, event, place, fields)
    except MultipartError:
        raise DomainError(SENTENCES[400]) from None
    return fields


def _take(part: MultipartSegment, piece: bytes, place: Place, fields: dict[str, str]) -> None:
    """The name that somebody gave a file is looked at by nobody."""
    if part.filename is not None:
        if part.name == "file":
            receiving.write(place, piece)
        return
    fields[part.name] = fields.get(part.name, "") + bytes(piece).decode("utf-8", "replace")
    if len(fields[part.name]) > LONGEST_WORD:
        raise DomainError(SENTENCES[400])


class BrokenOff(DomainError):
    """Fewer bytes than were announced, or other ones."""


def _broken_off() -> BrokenOff:
    return BrokenOff(N_("The upload broke off. Nothing of it was kept."), field="file")

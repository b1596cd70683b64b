"""What the studio told the person behind the key."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post

from app import mail, settings, templating
from app.domain import notices
from app.domain.notice_kinds import KINDS
from app.models import Notice
from app.routes.pages import Http, language, signed_in


class Word(msgspec.Struct):
    """One notice, in the language of the account."""

    id: UUID
    kind: str
    title: str
    text: str
    url: str
    created_at: datetime
    read_at: datetime | None


class Words(msgspec.Struct):
    items: list[Word]
    "The newest 100."
    unread: int


@get("/me/notices", scope="read")
async def list_notices(request: Http) -> Words:
    """What stands behind the bell. Reading it here leaves it unread."""
    me = signed_in(request)
    known = [notice for notice in await notices.list_of(me.id) if notice.kind in KINDS]
    return Words([_word(notice, language(request)) for notice in known], await notices.unread(me.id))


@post("/me/notices/read", status_code=204, scope="account")
async def read_notices(request: Http) -> None:
    """All of them."""
    await notices.read_all(signed_in(request).id)


def _word(notice: Notice, tongue: str) -> Word:
    kind, facts = KINDS[notice.kind], notices.facts_of(notice)
    return Word(
        notice.id, notice.kind, templating.said(kind.title, facts, tongue), templating.said(kind.text, facts, tongue),
        settings.get().base_url + mail.path_of(notice), notice.created_at, notice.read_at,
    )  # fmt: skip


HANDLERS = [list_notices, read_notices]

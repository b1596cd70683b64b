"""A person's own sources, for the page, for HTMX and for programs: bring one, look at it, let it go."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.response import Stream

from app import i18n, settings
from app.domain import receiving, uploads
from app.errors import DomainError
from app.models import SourceKind, Upload
from app.roles import Power
from app.routes import incoming
from app.routes.pages import Http, go, is_htmx, language, page, partial, problems, signed_in, typed, uuid_of
from app.routes.picker import picker
from app.routes.ranges import stream


class Source(msgspec.Struct, kw_only=True):
    id: UUID
    kind: str
    url: str
    bytes: int
    width: int
    height: int
    seconds: float
    keep_until: datetime
    created_at: datetime


class Sources(msgspec.Struct):
    items: list[Source]


class Keep(msgspec.Struct, forbid_unknown_fields=True):
    days: int


@get("/uploads")
async def index(request: Http) -> Response[Any]:
    signed_in(request)
    return await _shown(request)


@post("/uploads", status_code=200, request_max_body_size=None, limit="uploads")
async def bring(request: Http) -> Response[Any]:
    """Limits of its own, counted while it comes in: app/domain/receiving.py."""
    me = signed_in(request)
    try:
        await _received(request, me.id)
    except DomainError as error:
        return await _shown(request, error.status, problems(request, error))
    return await _shown(request) if is_htmx(request) else go("/uploads")


@post("/uploads/{upload_id:str}/keep", status_code=200)
async def shorten(request: Http, upload_id: str) -> Response[Any]:
    form = await typed(request)
    await uploads.shorten(uuid_of(upload_id), signed_in(request).id, form.get("days", ""))
    return await _shown(request) if is_htmx(request) else go("/uploads")


@post("/uploads/{upload_id:str}/delete", status_code=200)
async def let_go(request: Http, upload_id: str) -> Response[Any]:
    await uploads.delete(uuid_of(upload_id), signed_in(request).id)
    return await _shown(request) if is_htmx(request) else go("/uploads")


@get("/uploads/{upload_id:str}/file")
async def file(request: Http, upload_id: str) -> Stream:
    upload = await uploads.get_own(uuid_of(upload_id), signed_in(request).id)
    return await _bytes(request, uploads.key(upload), uploads.media_type(upload))


@get("/uploads/{upload_id:str}/thumb")
async def thumb(request: Http, upload_id: str) -> Stream:
    upload = await uploads.get_own(uuid_of(upload_id), signed_in(request).id, SourceKind.IMAGE)
    return await _bytes(request, uploads.thumb_key(upload.id), "image/webp")


@post("/", status_code=201, request_max_body_size=None, limit="uploads")
async def bring_source(request: Http) -> Source:
    """The file as the body, `?agreed=yes&days=7` in the address; or a form with the fields file, agreed and days."""
    return source(await _received(request, signed_in(request).id))


@get("/")
async def list_sources(request: Http, kind: str = "") -> Sources:
    return Sources([source(each) for each in await uploads.list_own(signed_in(request).id, kind)])


@get("/{upload_id:str}")
async def read_source(request: Http, upload_id: str) -> Source:
    return source(await uploads.get_own(uuid_of(upload_id), signed_in(request).id))


@patch("/{upload_id:str}")
async def keep_source(request: Http, upload_id: str, data: Keep) -> Source:
    return source(await uploads.shorten(uuid_of(upload_id), signed_in(request).id, data.days))


@delete("/{upload_id:str}", status_code=204)
async def delete_source(request: Http, upload_id: str) -> None:
    await uploads.delete(uuid_of(upload_id), signed_in(request).id)


def source(upload: Upload) -> Source:
    return Source(
        id=upload.id, kind=upload.kind, url=f"{settings.get().base_url}/uploads/{upload.id}/file", bytes=upload.bytes,
        width=upload.width, height=upload.height, seconds=round(upload.seconds, 3), keep_until=upload.keep_until,
        created_at=upload.created_at,
    )  # fmt: skip


async def _received(request: Http, owner_id: UUID) -> Upload:
    incoming.check_kind(request)
    async with receiving.reserved(owner_id, request.content_length) as place:
        said = await incoming.read(request, place)
        words = i18n.translations(language(request)).gettext(receiving.CONSENT) if said.get("agreed") == "yes" else ""
        return await receiving.keep(place, words, said.get("days", ""))


async def _shown(request: Http, status: int = 200, errors: dict[str, str] | None = None) -> Response[Any]:
    me = signed_in(request)
    context = await picker(me.id) | {"errors": errors or {}}
    if is_htmx(request):
        return partial(request, "uploads/_picker.html", status, **context)
    return await page(request, "uploads/index.html", status, **context)


async def _bytes(request: Http, key: str, media_type: str) -> Stream:
    """For its owner alone, in no cache, and never a page: whatever is in it cannot run."""
    headers = {
        "Cache-Control": "private, no-store", "Vary": "Cookie", "X-Robots-Tag": "noindex",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    return await stream(request, key, media_type, headers)


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[
    index, bring, shorten, let_go, file, thumb,
])  # fmt: skip
api_router = Router("/api/v1/uploads", opt={"may": Power.MAKE}, route_handlers=[
    bring_source, list_sources, read_source, keep_source, delete_source,
])  # fmt: skip

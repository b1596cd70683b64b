"""A person's own sources, for the page and for HTMX: bring one, look at it, let it go."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Stream

from app.domain import uploads
from app.errors import DomainError
from app.models import SourceKind
from app.roles import Power
from app.routes import incoming
from app.routes.pages import Http, go, is_htmx, page, partial, problems, signed_in, typed, uuid_of
from app.routes.picker import picker
from app.routes.ranges import stream


@get("/uploads")
async def index(request: Http) -> Response[Any]:
    signed_in(request)
    return await _shown(request)


@post("/uploads", status_code=200, request_max_body_size=None, limit="uploads")
async def bring(request: Http) -> Response[Any]:
    """Limits of its own, counted while it comes in: app/domain/receiving.py."""
    me = signed_in(request)
    try:
        await incoming.received(request, me.id)
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


@get("/uploads/{upload_id:str}/file", scope="read")
async def file(request: Http, upload_id: str) -> Stream:
    upload = await uploads.get_own(uuid_of(upload_id), signed_in(request).id)
    return await _bytes(request, uploads.key(upload), uploads.media_type(upload))


@get("/uploads/{upload_id:str}/thumb", scope="read")
async def thumb(request: Http, upload_id: str) -> Stream:
    upload = await uploads.get_own(uuid_of(upload_id), signed_in(request).id, SourceKind.IMAGE)
    return await _bytes(request, uploads.thumb_key(upload.id), "image/webp")


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

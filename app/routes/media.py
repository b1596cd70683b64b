"""The bytes of a creation. Who may have them is asked on every read, and a key that died finds nothing."""

from typing import Any

from litestar import Response, Router, get
from litestar.response import Stream

from app.domain import showing, veiling
from app.domain.library import folder
from app.errors import NotFound
from app.roles import Power
from app.routes.pages import Http, viewer_id
from app.routes.ranges import stream

TYPES = {
    "original.png": "image/png", "full.webp": "image/webp", "thumb.webp": "image/webp", "card.jpg": "image/jpeg",
    "original.flac": "audio/flac", "listen.opus": "audio/ogg", "listen.m4a": "audio/mp4", "listen.mp3": "audio/mpeg",
    "peaks.json": "application/json",
}  # fmt: skip


@get("/m/{media_key:str}/{name:str}", scope="read")
async def media(request: Http, media_key: str, name: str) -> Response[Any] | Stream:
    if name not in TYPES:
        raise NotFound
    found = await showing.get_bytes(media_key, viewer_id(request))
    file = veiling.FILES.get(name, "") if found.veiled else name
    if not file:
        raise NotFound
    headers = {
        # Public bytes may be kept, but asked for again each time: a change of mind reaches every cache.
        "Cache-Control": "public, no-cache" if found.public else "private, no-store",
        "ETag": f'"{media_key}-{file}"',
        "Vary": "Cookie, Authorization",
        # Cards are shown by other sites; the rest is for our own pages.
        "Cross-Origin-Resource-Policy": "cross-origin" if found.public else "same-origin",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if not found.public:
        headers["X-Robots-Tag"] = "noindex"
    if found.public and headers["ETag"] in _known(request):
        return Response(None, status_code=304, headers=headers)
    return await stream(request, f"{folder(found.creation_id)}/{file}", TYPES[name], headers)


def _known(request: Http) -> set[str]:
    """The versions a cache has; proxies that compress mark ours as weak."""
    return {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[media])

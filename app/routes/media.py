"""The bytes of a creation. Who may have them is asked on every read, and a key that died finds nothing."""

import re
from typing import Any

from litestar import Response, Router, get
from litestar.response import Stream

from app import storage
from app.domain import showing
from app.domain.library import folder
from app.errors import NotFound
from app.routes.pages import Http, viewer_id

TYPES = {
    "original.png": "image/png", "full.webp": "image/webp", "thumb.webp": "image/webp", "card.jpg": "image/jpeg",
    "original.flac": "audio/flac", "listen.opus": "audio/ogg", "listen.m4a": "audio/mp4", "listen.mp3": "audio/mpeg",
    "peaks.json": "application/json",
}  # fmt: skip

RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


@get("/m/{media_key:str}/{name:str}")
async def media(request: Http, media_key: str, name: str) -> Response[Any] | Stream:
    if name not in TYPES:
        raise NotFound
    found = await showing.get_bytes(media_key, viewer_id(request))
    headers = {
        # Public bytes may be kept, but asked for again each time: a change of mind reaches every cache.
        "Cache-Control": "public, no-cache" if found.public else "private, no-store",
        "ETag": f'"{media_key}-{name}"',
        "Accept-Ranges": "bytes",
        "Vary": "Cookie",
        # Cards are shown by other sites; the rest is for our own pages.
        "Cross-Origin-Resource-Policy": "cross-origin" if found.public else "same-origin",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if not found.public:
        headers["X-Robots-Tag"] = "noindex"
    if found.public and headers["ETag"] in _known(request):
        return Response(None, status_code=304, headers=headers)
    return await _stream(request, f"{folder(found.creation_id)}/{name}", TYPES[name], headers)


def _known(request: Http) -> set[str]:
    """The versions a cache has; proxies that compress mark ours as weak."""
    return {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}


async def _stream(request: Http, key: str, media_type: str, headers: dict[str, str]) -> Stream:
    size = await storage.size(key)
    status, start, end = 200, 0, size
    if part := byte_range(request.headers.get("range", ""), size):
        status, (start, end) = 206, part
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if start >= size:
            status, end, headers["Content-Range"] = 416, start, f"bytes */{size}"
    headers["Content-Length"] = str(end - start)
    return Stream(storage.stream(key, start, end), status_code=status, media_type=media_type, headers=headers)


def byte_range(text: str, size: int) -> tuple[int, int] | None:
    """One range of RFC 9110, section 14.1.2, as (start, end), the end not included; None, the whole, for anything else.

    A start at or after the end of the file asks for what is not there.
    """
    found = RANGE.fullmatch(text)
    if not found or found["first"] == found["last"] == "":
        return None
    first, last = found["first"], found["last"]
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1 if last else size, size)


router = Router("", include_in_schema=False, route_handlers=[media])

"""Stored bytes on their way out, whole or in part: players move about in a song before they have all of it.

RFC 9110, section 14: one range is answered by itself, several by the whole file, which is allowed and what every
client copes with. `If-Range` is believed only if it names this very version: neither a date nor a weak mark does.
"""

import re

from litestar.response import Stream

from app import storage
from app.routes.pages import Http

RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})", re.IGNORECASE)


async def stream(request: Http, key: str, media_type: str, headers: dict[str, str]) -> Stream:
    size = await storage.size(key)
    status, start, end = 200, 0, size
    headers["Accept-Ranges"] = "bytes"
    same = request.headers.get("if-range") in (None, headers.get("ETag"))
    if part := byte_range(request.headers.get("range", ""), size) if same else None:
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

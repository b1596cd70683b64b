"""What can be known about a file that somebody has: what it says of itself, what of that is proven, and no more.

An id in a file opens nothing: only what is public is named. Private, deleted and never made look the same.
"""

from typing import Any

import msgspec

from app import signing
from app.decoding import ask
from app.decoding.verdict import Seen, Wrong
from app.domain import receiving, showing
from app.domain.receiving import Place
from app.errors import N_, Invalid, Unsupported
from app.models import Creation, ids


class Known(msgspec.Struct, frozen=True):
    seen: Seen
    public: dict[str, Any] | None
    "The piece that our own signature belongs to, as long as everybody may see it."


async def look(place: Place) -> Known:
    if not place.size:
        raise Invalid(N_("Choose a file first."), field="file")
    if place.kind is None:
        raise Unsupported(receiving.UNKNOWN, field="file")
    verdict = await ask.look(place.file, signing.ours())
    if isinstance(verdict, Wrong):
        raise receiving.told(verdict.trouble)
    return Known(verdict, await _public(verdict.id) if verdict.ours else None)


async def _public(urn: str) -> dict[str, Any] | None:
    creation_id = ids.read(urn)
    if creation_id is None:
        return None
    found = await Creation.raw(
        f"SELECT {showing.COLUMNS} FROM public_creation WHERE id = {{}}",  # noqa: S608 - fixed words only
        creation_id,
    )
    return found[0] if found else None

"""What travels inside a piece's files: words, and a cover of one's own choice."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put

from app.domain import library, releases
from app.models import Release
from app.routes.pages import Http, signed_in, uuid_of


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    words: Annotated[bool, msgspec.Meta(description="Title, maker, prompt and lyrics inside the files")] = False
    cover: Annotated[UUID | None, msgspec.Meta(description="Of a song: a public picture of yours")] = None


class Dressed(msgspec.Struct):
    words: bool
    cover: UUID | None
    written: Annotated[bool, msgspec.Meta(description="Its files are as is asked; until then they are as before")]


@get("/creations/{creation_id:str}/release", scope="read")
async def read_release(request: Http, creation_id: str) -> Dressed:
    return await _shown(uuid_of(creation_id), signed_in(request).id)


@put("/creations/{creation_id:str}/release", scope="library")
async def change_release(request: Http, creation_id: str, data: Wanted) -> Dressed:
    """Its files are written anew in a moment, under new addresses."""
    wanted, me = uuid_of(creation_id), signed_in(request)
    await releases.ask(wanted, me.id, data.words, data.cover)
    return await _shown(wanted, me.id)


async def _shown(creation_id: UUID, owner_id: UUID) -> Dressed:
    creation = await library.get_own(creation_id, owner_id)
    found: Release | None = await releases.wanted(creation.id)
    return Dressed(found.words, found.cover, not releases.waits(found)) if found else Dressed(False, None, True)


HANDLERS = [read_release, change_release]

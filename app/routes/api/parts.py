"""An upload in several goes, for large files and weak connections: announce it, send its bytes, go on after a cut."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, patch, post

from app import i18n
from app.domain import receiving, resuming
from app.errors import Conflict, TooSlow
from app.models import Upload
from app.roles import Power
from app.routes import incoming
from app.routes.api.asked import nothing_unknown
from app.routes.api.once import Once
from app.routes.api.shapes import Source, said, source
from app.routes.api.tagged import Tagged
from app.routes.pages import Http, language, signed_in, uuid_of


class Begin(msgspec.Struct, forbid_unknown_fields=True):
    size: Annotated[int, said("bytes of the whole file", minimum=1)]
    agreed: Annotated[bool, said("that you may use it, and who is in it agrees", enum=[True])] = False
    days: Annotated[int | None, said("how long it is kept", minimum=1)] = None


class Coming(msgspec.Struct):
    """An upload that is not whole yet: how many of its bytes are here."""

    id: UUID
    size: int
    came: int


@post("/begin", status_code=201, limit="uploads", scope="create")
async def begin_upload(request: Http, data: Begin) -> Coming:
    """Everything that can be refused is refused now, and there is room for all of it."""
    words = i18n.spoken(receiving.CONSENT, language(request)) if data.agreed else ""
    return _coming(await resuming.begin(signed_in(request).id, data.size, words, data.days))


@get("/{upload_id:str}/bytes", scope="create")
async def upload_came(request: Http, upload_id: str) -> Coming:
    """Where to go on after it broke off."""
    return _coming(await resuming.find(uuid_of(upload_id), signed_in(request).id))


@patch("/{upload_id:str}/bytes", status_code=200, request_max_body_size=None, scope="create")
async def send_bytes(request: Http, upload_id: str, at: int) -> Source | Coming:
    """The next bytes as the body, from `at` on. Answers with the source once all of them are here."""
    incoming.check_bare(request)
    upload = await resuming.find(uuid_of(upload_id), signed_in(request).id)
    try:
        with resuming.opened(upload, at) as place:
            await resuming.alive(upload)
            await incoming.read(request, place)
            kept = await resuming.keep(place, upload)
    except (Conflict, TooSlow, incoming.BrokenOff):
        raise  # what is here stays, to go on from
    except Exception:
        await resuming.give_up(upload)
        raise
    return source(kept) if kept else _coming(upload)


def _coming(upload: Upload) -> Coming:
    return Coming(upload.id, upload.bytes, resuming.came(upload))


router = Router(
    "/api/v1/uploads", opt={"may": Power.MAKE}, before_request=nothing_unknown, middleware=[Once, Tagged],
    route_handlers=[begin_upload, upload_came, send_bytes],
)  # fmt: skip

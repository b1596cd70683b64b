"""One's own sources: bring one, look at it, keep it shorter, let it go."""

from typing import Annotated

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import Parameter

from app.domain import uploads
from app.roles import Power
from app.routes import incoming
from app.routes.api.asked import nothing_unknown
from app.routes.api.once import Once
from app.routes.api.shapes import Source, said, source
from app.routes.api.tagged import Tagged
from app.routes.pages import Http, signed_in, uuid_of


class Sources(msgspec.Struct):
    items: list[Source]


class Keep(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, said("From now on; never longer than was said before", minimum=1)]


OfKind = Annotated[str, Parameter(description="`image` or `sound`; anything else means both.")]


@post("/", status_code=201, request_max_body_size=None, limit="uploads", scope="create", reads=("agreed", "days"))
async def create_upload(request: Http) -> Source:
    """The file as the body, `?agreed=yes&days=7` in the address; or a form with the fields file, agreed and days."""
    return source(await incoming.received(request, signed_in(request).id))


@get("/", scope="read")
async def list_uploads(request: Http, kind: OfKind = "") -> Sources:
    return Sources([source(each) for each in await uploads.list_own(signed_in(request).id, kind)])


@get("/{upload_id:str}", scope="read")
async def read_upload(request: Http, upload_id: str) -> Source:
    return source(await uploads.get_own(uuid_of(upload_id), signed_in(request).id))


@patch("/{upload_id:str}", scope="create")
async def keep_upload(request: Http, upload_id: str, data: Keep) -> Source:
    """Shorter than was said when it came in."""
    return source(await uploads.shorten(uuid_of(upload_id), signed_in(request).id, data.days))


@delete("/{upload_id:str}", status_code=204, scope="create")
async def delete_upload(request: Http, upload_id: str) -> None:
    """At once and for good."""
    await uploads.delete(uuid_of(upload_id), signed_in(request).id)


router = Router("/api/v1/uploads", opt={"may": Power.MAKE}, before_request=nothing_unknown,
                middleware=[Once, Tagged], route_handlers=[
    create_upload, list_uploads, read_upload, keep_upload, delete_upload,
])  # fmt: skip

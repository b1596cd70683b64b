"""One's own results: find, name, show, hide, share, delete, bring back."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter

from app.domain import library, publishing
from app.routes import limited
from app.routes.api import tagged
from app.routes.api.shapes import Cursor, Item, Items, Licence, Link, OfKind, Search, Visibility, item, link, said
from app.routes.pages import Http, signed_in, uuid_of

MOST_AT_ONCE = 200


class Change(msgspec.Struct, forbid_unknown_fields=True):
    visibility: Visibility | None = None
    title: Annotated[str | None, said(maxLength=library.TITLE_LENGTH)] = None
    show_prompt: bool | None = None
    remix: Annotated[bool | None, msgspec.Meta(description="Others may make from it while it is public")] = None
    licence: Licence | None = None


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]
    visibility: Visibility


class Share(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(extra_json_schema={"extra": {"enum": [0, 7, 30]}})] = 7
    "0: until it is revoked."


class Links(msgspec.Struct):
    items: list[Link]


OnlyThis = Annotated[str, Parameter(description="`public` or `private`; anything else means both.")]


@get("/creations", scope="read")
async def list_creations(
    request: Http, q: Search = "", visibility: OnlyThis = "", kind: OfKind = "", after: Cursor = ""
) -> Items:
    """One's own, newest first."""
    me = signed_in(request)
    if q:
        await limited.spend(request, "search")
    found = await library.list_own(me.id, q, visibility, after, kind)
    return Items([item(creation, own=True) for creation in found.items], found.next)


@get("/creations/deleted", scope="read")
async def list_deleted_creations(request: Http) -> Items:
    """What can still be brought back, the newest 200."""
    found = await library.list_deleted(signed_in(request).id)
    return Items([item(creation, own=True) for creation in found], "")


@post("/creations/visibility", status_code=200, scope="library")
async def switch_creations(request: Http, data: Switch) -> Items:
    """Several at once, all or none."""
    changed = await library.set_visibility(data.ids, signed_in(request).id, data.visibility)
    return Items([item(creation, own=True) for creation in changed], "")


@get("/creations/{creation_id:str}", scope="read")
async def read_creation(request: Http, creation_id: str) -> Item:
    return item(await library.get_own(uuid_of(creation_id), signed_in(request).id), own=True)


@patch("/creations/{creation_id:str}", scope="library")
async def change_creation(request: Http, creation_id: str, data: Change) -> Item:
    """Made private: its share links end and its files get new addresses, at once."""
    me, wanted = signed_in(request), uuid_of(creation_id)
    creation = await library.get_own(wanted, me.id)
    tagged.check(request, item(creation, own=True))
    if data.visibility is not None:
        publishing.check(data.visibility)  # before anything is written: all of a change or none
    if any(each is not None for each in (data.title, data.show_prompt, data.remix, data.licence)):
        title = creation.title if data.title is None else data.title
        shown = creation.show_prompt if data.show_prompt is None else data.show_prompt
        creation = await library.describe(wanted, me.id, title, shown, data.remix, data.licence)
    if data.visibility is not None:
        [creation] = await library.set_visibility([wanted], me.id, data.visibility)
    return item(creation, own=True)


@delete("/creations/{creation_id:str}", status_code=204, scope="library")
async def delete_creation(request: Http, creation_id: str) -> None:
    """Gone from everywhere at once; it can be brought back for some days."""
    await library.delete(uuid_of(creation_id), signed_in(request).id)


@post("/creations/{creation_id:str}/restore", status_code=200, scope="library")
async def restore_creation(request: Http, creation_id: str) -> Item:
    """Back as it was; its share links stay revoked."""
    return item(await library.restore(uuid_of(creation_id), signed_in(request).id), own=True)


@get("/creations/{creation_id:str}/links", scope="read")
async def list_links(request: Http, creation_id: str) -> Links:
    found = await library.links_of(uuid_of(creation_id), signed_in(request).id)
    return Links([link(row) for row in found])


@post("/creations/{creation_id:str}/links", status_code=201, scope="library")
async def share_creation(request: Http, creation_id: str, data: Share) -> Link:
    return link(await library.share(uuid_of(creation_id), signed_in(request).id, data.days))


@delete("/links/{link_id:str}", status_code=204, scope="library")
async def revoke_link(request: Http, link_id: str) -> None:
    """It never works again, and whoever has it open loses it."""
    await library.revoke(uuid_of(link_id), signed_in(request).id)


HANDLERS = [
    list_creations, list_deleted_creations, switch_creations, read_creation, change_creation, delete_creation,
    restore_creation, list_links, share_creation, revoke_link,
]  # fmt: skip

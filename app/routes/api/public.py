"""What everybody may see, and liking it."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import Parameter

from app import catalog
from app.domain import accounts, showing, switches
from app.roles import Power
from app.routes import limited
from app.routes.api.shapes import Cursor, Item, Items, OfKind, Search, item
from app.routes.pages import Http, signed_in, viewer_id

Sort = Annotated[str, Parameter(description="`liked`, or newest first.")]
Clear = Annotated[bool, Parameter(description="Without its veil, if it has one: somebody wants to see it.")]
Maker = Annotated[str, Parameter(description="Only what this handle made.")]


@get("/explore", may=Power.LOOK, scope="read")
async def explore(
    request: Http, sort: Sort = "new", q: Search = "", kind: OfKind = "", maker: Maker = "", after: Cursor = ""
) -> Items:
    """What is public. Needs no key."""
    await switches.must_be_on("explore")
    if q:
        await limited.spend(request, "search")
    by = (await accounts.by_handle(maker)).id if maker else None
    found = await showing.explore("liked" if sort == "liked" else "new", q, after, by, kind)
    return Items([item(row, own=False) for row in found.items], found.next)


@get("/explore/{slug:str}", may=Power.LOOK, scope="read")
async def read_public_creation(request: Http, slug: str, clear: Clear = False) -> Item:
    """By the last part of its page's address."""
    viewer = viewer_id(request)
    creation = await showing.get_visible(slug, viewer, clear)
    return item(creation, own=creation.owner == viewer)


@put("/explore/{slug:str}/like", scope="library")
async def like_creation(request: Http, slug: str) -> Item:
    """Saying it twice counts once."""
    return await _liked(request, slug, True)


@delete("/explore/{slug:str}/like", status_code=200, scope="library")
async def unlike_creation(request: Http, slug: str) -> Item:
    return await _liked(request, slug, False)


async def _liked(request: Http, slug: str, liked: bool) -> Item:
    me = signed_in(request)
    creation = await showing.like(slug, me.id, liked)
    return item(creation, own=creation.owner == me.id)


@get("/models", may=Power.LOOK, scope="read")
async def list_models() -> list[catalog.Model | catalog.SongModel]:
    """What this studio makes with, the usual one of each kind first. Needs no key."""
    return list(catalog.everything().values())


HANDLERS = [explore, read_public_creation, like_creation, unlike_creation, list_models]

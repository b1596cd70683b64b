"""What everybody may see: the front page, Explore, a creation, a maker, and what a share link opens."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts, following, objecting, showing, switches, watching
from app.domain.paging import Page
from app.errors import N_
from app.models import Account
from app.models.inventory import Purpose
from app.roles import Power
from app.routes import limited
from app.routes.pages import Http, go, is_htmx, page, partial, signed_in, typed, viewer_id
from app.routes.shown import creation_page, next_of

CLEAR = "yes"
"What an address says after the press that draws a veil aside."


@get("/")
async def home(request: Http) -> Response[Any]:
    found = (await showing.explore()).items if await switches.is_on("explore") else []
    items = [each for each in found if not each["veiled"]][:24]
    return await page(request, "home.html", items=items, live="explore=1")


@get("/explore")
async def index(request: Http, sort: str = "new", q: str = "", kind: str = "", after: str = "") -> Response[Any]:
    await switches.must_be_on("explore")
    if q:
        await limited.spend(request, "search")
    sort = sort if sort in _orders(request) else "new"
    found = await showing.explore(sort, q, after, kind=kind, viewer=viewer_id(request))
    context = {"page": found, "next_url": next_of("/explore", found, sort=sort, q=q, kind=kind)}
    if is_htmx(request):
        return partial(request, "explore/_page.html", **context)
    making = [] if q or after or kind or sort in showing.CHOSEN else await watching.being_made()
    live = "&".join(["explore=1", *(f"generation={each['id']}" for each in making)])
    return await page(
        request, "explore/index.html", **context, sort=sort, q=q, kind=kind, making=making, live=live,
        orders=_orders(request),
    )  # fmt: skip


def _orders(request: Http) -> dict[str, str]:
    """Those that everybody has, what somebody asked to see, and what we think they like unless they object."""
    orders = {"new": N_("Newest"), "liked": N_("Most liked")}
    if request.user and request.user.withheld_at is None:
        orders["following"] = N_("Following")
    if request.user and objecting.may_use(request.user, Purpose.PERSONALISE):
        orders["you"] = N_("For you")
    return orders


@get("/c/{slug:str}")
async def show(request: Http, slug: str, clear: str = "") -> Response[Any]:
    creation = await showing.get_visible(slug, viewer_id(request), clear == CLEAR)
    return await creation_page(request, creation, cleared=clear == CLEAR)


@get("/s/{token:str}")
async def shared(request: Http, token: str, clear: str = "") -> Response[Any]:
    creation, _ = await showing.get_shared(token, clear == CLEAR)
    response = await creation_page(request, creation, shared=True, cleared=clear == CLEAR)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@post("/c/{slug:str}/like", status_code=200, may=Power.MAKE)
async def like(request: Http, slug: str) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    creation = await showing.like(slug, me.id, form.get("liked") == "1")
    liked = await showing.likes_it(creation.id, me.id)
    if is_htmx(request):
        return partial(request, "creation/_like.html", creation=creation, liked=liked)
    return go(f"/c/{creation.slug}")


@get("/u/{handle:str}")
async def profile(request: Http, handle: str, after: str = "") -> Response[Any]:
    maker = await accounts.by_handle(handle)
    found: Page = await showing.explore(cursor=after, maker=maker.id)
    context = {"page": found, "next_url": next_of(f"/u/{maker.handle}", found)}
    if is_htmx(request):
        return partial(request, "explore/_page.html", **context)
    return await page(
        request, "profile.html", maker=maker, **context, live="explore=1", picture=await showing.picture_of(maker),
        **await _following(request, maker),
    )  # fmt: skip


@post("/u/{handle:str}/follow", status_code=200, may=Power.MAKE)
async def follow(request: Http, handle: str) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    maker = await following.follow(handle, me.id, form.get("follow") == "1")
    if is_htmx(request):
        return partial(request, "explore/_follow.html", maker=maker, **await _following(request, maker))
    return go(f"/u/{maker.handle}")


async def _following(request: Http, maker: Account) -> dict[str, Any]:
    follows = await following.follows(viewer_id(request), maker.id)
    return {"follows": follows, "followers": await following.followers(maker.id)}


router = Router(
    "",
    opt={"may": Power.LOOK},
    include_in_schema=False,
    route_handlers=[
        home,
        index,
        show,
        shared,
        like,
        profile,
        follow,
    ],
)

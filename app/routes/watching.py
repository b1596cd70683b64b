"""A generation while it forms: its page, its card, its frames, and what its maker may do with it."""

from typing import Any

from litestar import Response, Router, get, post

from app import settings
from app.domain import generation, waiting, watching
from app.errors import NotFound, Unconfirmed
from app.models import Generation, Kind
from app.models.generations import UNFINISHED
from app.realtime import glance
from app.roles import Power
from app.routes.pages import Http, go, is_htmx, page, partial, signed_in, typed, uuid_of, viewer_id


@get("/g/{generation_id:str}")
async def show(request: Http, generation_id: str, watch: str = "") -> Response[Any]:
    found = await watching.get_watchable(uuid_of(generation_id), viewer_id(request), watch)
    live = f"generation={found.id}" + (f":{watch}" if watch else "") if found.status in UNFINISHED else ""
    return await page(
        request, "generation/show.html", **await _card(request, found), watch_url=_watch_url(found), live=live
    )


@get("/g/{generation_id:str}/card")
async def card(request: Http, generation_id: str, watch: str = "") -> Response[Any]:
    found = await watching.get_watchable(uuid_of(generation_id), viewer_id(request), watch)
    return partial(request, "generation/_card.html", **await _card(request, found))


@get("/g/{generation_id:str}/frame/{position:int}")
async def frame(request: Http, generation_id: str, position: int, watch: str = "") -> Response[bytes]:
    """The newest preview as a plain JPEG: for the first paint, and for pages without a script."""
    found = await watching.get_watchable(uuid_of(generation_id), viewer_id(request), watch)
    preview = await glance.newest(found, position)
    if preview is None:
        raise NotFound
    return Response(preview.image, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@get("/g/{generation_id:str}/sound")
async def sound(request: Http, generation_id: str, watch: str = "") -> Response[bytes]:
    """The newest piece of an unfinished song, as it would sound if it ended now."""
    found = await watching.get_watchable(uuid_of(generation_id), viewer_id(request), watch)
    heard = await glance.newest_sound(found)
    if not heard:
        raise NotFound
    return Response(heard, media_type="audio/mpeg", headers={"Cache-Control": "private, no-store"})


@post("/g/{generation_id:str}/cancel", status_code=200, may=Power.MAKE)
async def cancel(request: Http, generation_id: str) -> Response[Any]:
    canceled = await generation.cancel(uuid_of(generation_id), signed_in(request).id)
    if is_htmx(request):
        return partial(request, "generation/_card.html", **await _card(request, canceled))
    return go(f"/g/{canceled.id}")


@post("/g/{generation_id:str}/retry", status_code=200, limit="generations", may=Power.MAKE)
async def retry(request: Http, generation_id: str) -> Response[Any]:
    wanted, me = uuid_of(generation_id), signed_in(request)
    try:
        again = await generation.retry(wanted, me.id)
    except Unconfirmed:
        # The form says what it costs and asks.
        return go(f"/create?from={wanted}")
    return go(f"/g/{again.id}")


@post("/g/{generation_id:str}/watch", status_code=200, may=Power.MAKE)
async def watch_link(request: Http, generation_id: str) -> Response[Any]:
    form = await typed(request)
    changed = await watching.set_watchable(uuid_of(generation_id), signed_in(request).id, form.get("watchable") == "1")
    if is_htmx(request):
        return partial(request, "generation/_watch.html", generation=changed, watch_url=_watch_url(changed))
    return go(f"/g/{changed.id}")


@post("/g/{generation_id:str}/visibility", status_code=200, may=Power.MAKE)
async def visibility(request: Http, generation_id: str) -> Response[Any]:
    """Private while it is still being made: nobody but its maker sees the next frame."""
    form = await typed(request)
    changed = await generation.set_visibility(uuid_of(generation_id), signed_in(request).id, form.get("visibility", ""))
    if is_htmx(request):
        return partial(request, "generation/_card.html", **await _card(request, changed))
    return go(f"/g/{changed.id}")


async def _card(request: Http, found: Generation) -> dict[str, Any]:
    if found.status in UNFINISHED:
        await glance.ask_for_frames(found.id)
    return {
        "generation": found,
        "creations": await watching.visible_creations_of(found, viewer_id(request)),
        "owner": found.owner == viewer_id(request),
        "wait": await waiting.wait_of(found),
        "progress": await waiting.progress_of(found),
        "kept": await glance.newest(found) is not None,
        "heard": await glance.heard_step(found) if found.kind == Kind.SONG else 0,
    }


def _watch_url(found: Generation) -> str | None:
    return f"{settings.get().base_url}/g/{found.id}?watch={found.watch_token}" if found.watchable else None


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    show, card, frame, sound, cancel, retry, watch_link, visibility,
])  # fmt: skip

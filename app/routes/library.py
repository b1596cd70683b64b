"""A maker's own wall: look, search, show, hide, name, share, delete, bring back, download."""

from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get, post
from litestar.response import Stream

from app import i18n, templating
from app.domain import generation, hiding, library, releases, waiting
from app.errors import N_, DomainError, NotFound
from app.models import Creation, Kind, Outcome
from app.roles import Power
from app.routes import limited
from app.routes.pages import Http, form_of, go, is_htmx, language, page, partial, problems, signed_in, typed, uuid_of
from app.routes.ranges import stream
from app.routes.shown import creation_page, next_of, release_of

DOWNLOADS = {"": ("flac", "audio/flac"), "mp3": ("mp3", "audio/mpeg"), "opus": ("opus", "audio/ogg")}
DAYS = {"0": 0, "7": 7, "30": 30}


@get("/library")
async def index(
    request: Http, q: str = "", visibility: str = "", kind: str = "", after: str = "", hidden: bool = False
) -> Response[Any]:
    me = signed_in(request)
    if q:
        await limited.spend(request, "search")
    found = await library.list_own(me.id, q, visibility, after, kind)
    context = {"page": found, "next_url": next_of("/library", found, q=q, visibility=visibility, kind=kind)}
    if is_htmx(request):
        return partial(request, "library/_page.html", **context)
    unfinished = await generation.unfinished_of(me.id)
    return await page(
        request, "library/index.html", **context, q=q, kind=kind, visibility=visibility, hidden=hidden,
        unfinished=[(each, []) for each in unfinished],
        waits={each.id: await waiting.wait_of(each) for each in unfinished},
    )  # fmt: skip


@get("/library/deleted")
async def deleted(request: Http) -> Response[Any]:
    return await page(request, "library/deleted.html", items=await library.list_deleted(signed_in(request).id))


@post("/library/visibility", status_code=200)
async def set_many(request: Http) -> Response[Any]:
    me, form = signed_in(request), await form_of(request)
    ids = [uuid_of(str(value)) for value in form.getall("id", [])]
    changed = await library.set_visibility(ids, me.id, str(form.get("visibility", "")))
    if not is_htmx(request):
        return go("/library")
    public = form.get("visibility") == "public"
    sentence = N_("Now everybody can see them.") if public else N_("Now only you can see them.")
    told = i18n.spoken(sentence, language(request))
    return partial(request, "library/_changed.html", creations=changed, sentence=told, undo=None)


@post("/library/hide", status_code=200)
async def hide_all(request: Http) -> Response[Any]:
    await hiding.hide_all(signed_in(request).id, later_too="later" in await typed(request))
    return go("/library?hidden=true")


@post("/creations/{creation_id:str}/visibility", status_code=200)
async def set_one(request: Http, creation_id: str) -> Response[Any]:
    form = await typed(request)
    [creation] = await library.set_visibility([uuid_of(creation_id)], signed_in(request).id, form.get("visibility", ""))
    return _changed(request, "creation/_visibility.html", creation)


@post("/creations/{creation_id:str}/details", status_code=200)
async def describe(request: Http, creation_id: str) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    try:
        creation = await library.describe(
            uuid_of(creation_id),
            me.id,
            form.get("title", ""),
            "show_prompt" in form,
            "remix" in form,
            form.get("licence"),
        )
    except DomainError as error:
        if error.status == 404:
            raise
        creation = await library.get_own(uuid_of(creation_id), me.id)
        errors = problems(request, error)
        if is_htmx(request):
            return partial(
                request, "creation/_details.html", 422, creation=creation, errors=errors, form=form, saved=False
            )
        return await creation_page(request, creation, 422, errors=errors, form=form)
    return _changed(request, "creation/_details.html", creation, errors={}, form=None, saved=True)


@post("/creations/{creation_id:str}/release", status_code=200)
async def release(request: Http, creation_id: str) -> Response[Any]:
    """Words into its files or out of them, and which picture a song has for its cover."""
    me, form = signed_in(request), await typed(request)
    wanted, cover = uuid_of(creation_id), form.get("cover", "")
    await releases.ask(wanted, me.id, "words" in form, uuid_of(cover) if cover else None)
    creation = await library.get_own(wanted, me.id)
    return _changed(request, "creation/_release.html", creation, **await release_of(creation))


@post("/creations/{creation_id:str}/delete", status_code=200)
async def delete(request: Http, creation_id: str) -> Response[Any]:
    me = signed_in(request)
    await library.delete(uuid_of(creation_id), me.id)
    if not is_htmx(request):
        return go("/library/deleted")
    creation = await library.get_own(uuid_of(creation_id), me.id, deleted=True)
    return partial(request, "library/_deleted.html", creation=creation)


@post("/creations/{creation_id:str}/restore", status_code=200)
async def restore(request: Http, creation_id: str) -> Response[Any]:
    creation = await library.restore(uuid_of(creation_id), signed_in(request).id)
    if is_htmx(request):
        return partial(request, "library/_card.html", creation=creation)
    return go("/library")


@post("/creations/{creation_id:str}/share", status_code=200)
async def share(request: Http, creation_id: str) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    await library.share(uuid_of(creation_id), me.id, DAYS.get(form.get("days", "7"), -1))
    return await _shared(request, await library.get_own(uuid_of(creation_id), me.id))


@post("/share-links/{link_id:str}/revoke", status_code=200)
async def revoke(request: Http, link_id: str) -> Response[Any]:
    return await _shared(request, await library.revoke(uuid_of(link_id), signed_in(request).id))


@get("/creations/{creation_id:str}/download")
async def download(request: Http, creation_id: str, form: str = "") -> Stream:
    """The original, named as people name files: by its title. A song also in a smaller form."""
    creation = await library.get_own(uuid_of(creation_id), signed_in(request).id)
    if creation.held == Outcome.BLOCK:
        raise NotFound
    song = creation.kind == Kind.SONG
    form = form if song and form in DOWNLOADS else ""
    extension, media_type = DOWNLOADS[form] if song else ("png", "image/png")
    name = f"listen.{extension}" if form else f"original.{extension}"
    headers = {
        "Content-Disposition": disposition(templating.title(creation, own=True), extension),
        "Cache-Control": "private, no-store", "ETag": f'"{creation.media_key}-{name}"',
    }  # fmt: skip
    return await stream(request, f"{library.folder(creation.id)}/{name}", media_type, headers)


def disposition(title: str, extension: str) -> str:
    """RFC 6266: the whole name for today's browsers, a plain one for the others."""
    kept = "".join(c for c in title if c.isalnum() or c in " -_,")[:60].strip(" -_,") or "picture"
    plain = kept.encode("ascii", "ignore").decode().strip(" -_,") or "picture"
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(f'{kept}.{extension}')}"


async def _shared(request: Http, creation: Creation) -> Response[Any]:
    links = await library.links_of(creation.id, signed_in(request).id)
    return _changed(request, "creation/_share.html", creation, links=links)


def _changed(request: Http, template: str, creation: Creation, **context: Any) -> Response[Any]:
    """The part that changed, or back to the page it was changed on."""
    if is_htmx(request):
        return partial(request, template, creation=creation, **context)
    return go(f"/c/{creation.slug}")


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[
    index, deleted, set_many, hide_all, set_one, describe, release, delete, restore, share, revoke, download,
])  # fmt: skip

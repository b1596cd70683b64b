"""Making: the form, its price, and sending it. One form for pictures and one for songs, on one address."""

import secrets
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post

from app import catalog, prices
from app.domain import credits, generation, waiting
from app.errors import DomainError, NotFound
from app.models import Generation, Kind
from app.roles import Power
from app.routes.pages import Http, go, is_htmx, page, partial, problems, signed_in, typed, uuid_of

FIELDS = {
    Kind.IMAGE.value: (
        "prompt", "negative_prompt", "size", "num_inference_steps", "true_cfg_scale", "seed", "num_images_per_prompt",
    ),
    Kind.SONG.value: (
        "prompt", "lyrics", "vocal_language", "audio_duration", "bpm", "keyscale", "timesignature",
        "num_inference_steps", "guidance_scale", "seed",
    ),
}  # fmt: skip
LONGEST_ADDRESS = 3000


@get("/create")
async def create_form(request: Http) -> Response[Any]:
    me = signed_in(request)
    await credits.grant_daily(me.id)
    form = dict(request.query_params.items())
    if "from" in form:
        form = _form_of(await generation.get_own(uuid_of(form.pop("from")), me.id)) | form
    known = {*FIELDS[_kind(form)], "model", "visibility", "kind"}
    form = {name: value for name, value in form.items() if name in known}
    return await page(request, "studio/create.html", **await _context(request, form))


@post("/create", status_code=200, limit="generations", may=Power.LOOK)  # a visitor's words are kept while they sign in
async def create(request: Http) -> Response[Any]:
    form = await typed(request)
    kind = _kind(form)
    if request.user is None and not is_htmx(request):
        return go(f"/sign-in?{urlencode({'next': _form_address(form)})}")
    me = signed_in(request)
    try:
        made = await generation.submit(
            me.id, form.get("model", ""), {name: form.get(name) for name in FIELDS[kind]},
            form.get("visibility") or me.default_visibility, form.get("request_key") or None, kind=kind,
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as error:
        context = await _context(request, form, problems(request, error))
        if is_htmx(request):
            return partial(request, f"studio/_{kind}_form.html", error.status, **context)
        return await page(request, "studio/create.html", error.status, **context)
    if not is_htmx(request):
        return go(f"/g/{made.id}")
    context = await _context(request, form, recent=False)
    return partial(
        request, "studio/_created.html", **context, generation=made,
        creations=await generation.creations_of(made.id), owner=True,
        wait=await waiting.wait_of(made), progress=await waiting.progress_of(made),
    )  # fmt: skip


@get("/create/price")
async def price(request: Http) -> Response[Any]:
    signed_in(request)
    return partial(request, "studio/_price.html", price=_price(dict(request.query_params)))


def _kind(form: dict[str, str]) -> str:
    """A studio without a song model has one form."""
    return Kind.SONG.value if form.get("kind") == Kind.SONG and catalog.songs() else Kind.IMAGE.value


def _form_address(form: dict[str, str]) -> str:
    """The form as it was typed by somebody whose session ended meanwhile; longer than this, proxies refuse."""
    kept = {name: form[name] for name in (*FIELDS[_kind(form)], "model", "visibility", "kind") if form.get(name)}
    address = f"/create?{urlencode(kept)}"
    return address if len(address) <= LONGEST_ADDRESS else "/create"


async def _context(
    request: Http, form: dict[str, str], errors: dict[str, str] | None = None, *, recent: bool = True
) -> dict[str, Any]:
    me, kind = signed_in(request), _kind(form)
    found = await generation.recent_of(me.id) if recent else []
    return {
        # A fresh key for a fresh form, the same key for a form that comes back to be mended.
        "form": form | {"request_key": form.get("request_key", "") if errors else secrets.token_urlsafe(12)},
        "errors": errors or {},
        "kind": kind,
        "kinds": [Kind.IMAGE.value, *([Kind.SONG.value] if catalog.songs() else [])],
        "models": list(catalog.songs().values() if kind == Kind.SONG else catalog.models().values()),
        "price": _price(form),
        "first": recent and not found,
        "recent": [(each, await generation.creations_of(each.id)) for each in found],
        "waits": {each.id: await waiting.wait_of(each) for each in found},
    }


def _price(form: dict[str, str]) -> dict[str, int] | None:
    """The parts of what pressing Create would cost; None while the form cannot be read."""
    kind = _kind(form)
    try:
        asked, model, work = generation.read(
            kind, form.get("model", ""), {name: form.get(name) for name in FIELDS[kind]} | {"prompt": "any"}
        )
    except DomainError:
        return None
    pictures = getattr(asked, "num_images_per_prompt", 1)
    rate = prices.rate_of(model.id)
    return {
        "per_picture": prices.price(work // pictures, rate), "pictures": pictures, "total": prices.price(work, rate),
    }  # fmt: skip


def _form_of(made: Generation) -> dict[str, str]:
    params: dict[str, Any] = made.params
    form = {name: str(params[name]) for name in FIELDS[made.kind] if params.get(name) is not None}
    if made.kind == Kind.IMAGE:
        form["size"] = f"{params['width']}x{params['height']}"
    else:
        form["audio_duration"] = f"{params['audio_duration']:g}"
    return form | {"model": made.model, "visibility": made.visibility, "kind": made.kind}


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[create_form, create, price])

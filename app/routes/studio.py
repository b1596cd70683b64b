"""Making: the form, its price, and sending it. One form for pictures and one for songs, on one address."""

import json
import re
import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures.multi_dicts import MultiMixin

from app import catalog, prices
from app.domain import credits, generation, objecting, sources, switches, waiting
from app.errors import DomainError, NotFound
from app.models import Generation, Kind
from app.models.inventory import Purpose
from app.params import refs, task_if_any
from app.roles import Power
from app.routes.pages import Http, form_of, go, is_htmx, page, partial, problems, signed_in, uuid_of

FIELDS = {
    Kind.IMAGE.value: (
        "prompt", "negative_prompt", "size", "num_inference_steps", "true_cfg_scale", "seed", "num_images_per_prompt",
        "task_type", "image", "strength", "mask", "mask_left", "mask_top", "mask_right", "mask_bottom", "mask_image",
    ),
    Kind.SONG.value: (
        "prompt", "lyrics", "vocal_language", "audio_duration", "bpm", "keyscale", "timesignature",
        "num_inference_steps", "guidance_scale", "seed", "task_type", "src_audio", "reference_audio",
        "audio_cover_strength", "repainting_start", "repainting_end",
    ),
}  # fmt: skip
LONGEST_ADDRESS = 3000
REMEMBERED = {Kind.IMAGE.value: ("model", "size"), Kind.SONG.value: ("model", "vocal_language")}


@get("/create")
async def create_form(request: Http) -> Response[Any]:
    me = signed_in(request)
    await credits.grant_daily(me.id)
    form = _flat(request.query_params)
    if request.headers.get("hx-trigger-name") == "image":
        form = {name: value for name, value in form.items() if not name.startswith(("size", "mask"))}
    if "from" in form:
        form = _form_of(await generation.get_own(uuid_of(form.pop("from")), me.id)) | form
    known = {*FIELDS[_kind(form)], "model", "visibility", "kind"}
    form = {name: value for name, value in form.items() if name in known}
    if not form.keys() - {"prompt", "kind"}:
        form = await _as_last_time(request, _kind(form)) | form
    return await page(request, "studio/create.html", **await _context(request, form))


async def _as_last_time(request: Http, kind: str) -> dict[str, str]:
    """A new form begins as its person made something last, unless they object to being known like that."""
    me = signed_in(request)
    made = await generation.last_of(me.id, kind) if objecting.may_use(me, Purpose.PERSONALISE) else None
    if made is None or made.model not in {each.id for each in _models(kind)}:
        return {}
    before = _form_of(made)
    return {name: before[name] for name in REMEMBERED[kind] if name in before}


@post("/create", status_code=200, limit="generations", may=Power.LOOK)  # a visitor's words are kept while they sign in
async def create(request: Http) -> Response[Any]:
    form = _flat(await form_of(request))
    kind = _kind(form)
    if request.user is None and not is_htmx(request):
        return go(f"/sign-in?{urlencode({'next': _form_address(form)})}")
    me = signed_in(request)
    try:
        made = await generation.submit(
            me.id, form.get("model", ""), {name: form.get(name) for name in FIELDS[kind]},
            form.get("visibility") or me.default_visibility, form.get("request_key") or None, kind=kind,
            confirmed=_confirmed(form),
        )  # fmt: skip
    except DomainError as error:
        if isinstance(error, NotFound) and error.field is None:
            raise
        # Something that is gone or switched off is said in the form, which is to be mended like for any other field.
        status = 422 if error.status in {404, 503} else error.status
        context = await _context(request, form, problems(request, error))
        if is_htmx(request):
            return partial(request, f"studio/_{kind}_form.html", status, **context)
        return await page(request, "studio/create.html", status, **context)
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
    return partial(
        request, "studio/_price.html", price=await _price(signed_in(request).id, _flat(request.query_params))
    )


def _flat(pairs: MultiMixin[Any]) -> dict[str, str]:
    """What was typed; a field sent twice counts as it was sent last, but pictures to start from are all meant."""
    form: dict[str, str] = {}
    for name, value in pairs.multi_items():
        if isinstance(value, str):
            form[name] = f"{form[name]} {value}".strip() if name == "image" and name in form else value
    return form


async def _usable(request: Http, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The form without sources that are gone, and what to say about them."""
    try:
        await sources.find(signed_in(request).id, _kind(form), form)
    except NotFound as error:
        fields = sources.FIELDS[_kind(form)]
        kept = {name: value for name, value in form.items() if name not in fields}
        return kept, {fields[0]: problems(request, error)[error.field or ""]}
    return form, {}


def _confirmed(form: dict[str, str]) -> int:
    """The price that was said yes to: another one is asked about again."""
    text = form.get("confirmed", "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


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
    form, gone = await _usable(request, form)
    errors = gone | (errors or {})
    return await _starting(me.id, kind, form) | {
        # A fresh key for a fresh form, the same key for a form that comes back to be mended.
        "form": form | {"request_key": form.get("request_key", "") if errors else secrets.token_urlsafe(12)},
        "errors": errors,
        "kind": kind,
        "kinds": [Kind.IMAGE.value, *([Kind.SONG.value] if catalog.songs() and await switches.is_on("songs") else [])],
        "models": _models(kind),
        "price": await _price(me.id, form),
        "first": recent and not found,
        "recent": [(each, await generation.creations_of(each.id)) for each in found],
        "waits": {each.id: await waiting.wait_of(each) for each in found},
    }


def _models(kind: str) -> list[Any]:
    return list(catalog.songs().values() if kind == Kind.SONG else catalog.models().values())


async def _starting(owner_id: UUID, kind: str, form: dict[str, str]) -> dict[str, Any]:
    """What the form shows of sources: those to choose from, those chosen, and what is to be done with them."""
    models = _models(kind)
    model = next((each for each in models if each.id == form.get("model")), models[0])
    field, alone = ("src_audio", "text2music") if kind == Kind.SONG else ("image", "text2image")
    if not set(model.tasks) - {alone}:
        return {"offers": [], "chosen": [], "task": alone}
    found = await sources.find(owner_id, kind, form)
    chosen = [found[ref] for ref in refs(form.get(field)) if ref in found]
    offered = await sources.offered(owner_id, kind)
    others = [source for source in chosen if source.ref not in {each.ref for each in offered}]
    return {
        "offers": [*others, *offered],
        "chosen": chosen,
        # A task that was meant for another source or model gives way to the first that fits.
        "task": task_if_any(form, field, model.tasks, alone)
        or task_if_any(form | {"task_type": ""}, field, model.tasks, alone),
    }


async def _price(owner_id: UUID, form: dict[str, str]) -> dict[str, int] | None:
    """The parts of what pressing Create would cost; None while the form cannot be read."""
    kind = _kind(form)
    # What is painted or chosen within a source costs the same as any other part of it.
    asked = {name: form.get(name) for name in FIELDS[kind]} | {"prompt": "any", "mask": "[[9,0,0]]"}
    try:
        wanted, model, work = await generation.read(owner_id, kind, form.get("model", ""), asked)
    except DomainError:
        return None
    pictures = getattr(wanted, "num_images_per_prompt", 1)
    rate = prices.rate_of(model.id)
    return {
        "per_picture": prices.price(work // pictures, rate), "pictures": pictures, "total": prices.price(work, rate),
    }  # fmt: skip


def _form_of(made: Generation) -> dict[str, str]:
    params: dict[str, Any] = made.params
    form = {name: _typed(params[name]) for name in FIELDS[made.kind] if params.get(name) is not None}
    if made.kind == Kind.IMAGE:
        form["size"] = f"{params['width']}x{params['height']}"
    else:
        form["audio_duration"] = f"{params['audio_duration']:g}"
    return form | {"model": made.model, "visibility": made.visibility, "kind": made.kind}


def _typed(value: Any) -> str:
    """As a person would have typed it, or the page for them: sources beside each other, strokes as they are drawn."""
    if isinstance(value, list):
        return " ".join(value) if all(isinstance(each, str) for each in value) else json.dumps(value)
    return str(value)


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[create_form, create, price])

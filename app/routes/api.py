"""The JSON door to the same verbs. Errors are problem documents; a token goes in `Authorization: Bearer`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.exceptions import HTTPException
from litestar.params import Parameter
from msgspec import Meta

from app import catalog, settings, templating
from app.domain import credits, generation, library, showing, waiting
from app.errors import NotFound
from app.models import Creation, Generation
from app.roles import Power
from app.routes.pages import Http, signed_in, uuid_of, viewer_id

FILES = {
    "image": ("original.png", "full.webp", "thumb.webp", "card.jpg"),
    "song": ("original.flac", "listen.mp3", "peaks.json", "full.webp", "thumb.webp", "card.jpg"),
}
Cursor = Annotated[str, Parameter(description="`next` of the page before; empty for the first page.")]


class Asked(msgspec.Struct, kw_only=True):
    """What to make, by diffusers' own names. Everything but the prompt has the model's default."""

    prompt: Annotated[str, Meta(description="1 to 2,000 characters")]
    model: str = ""
    negative_prompt: str = ""
    width: int | None = None
    height: int | None = None
    num_inference_steps: int | None = None
    true_cfg_scale: float | None = None
    seed: int | None = None
    num_images_per_prompt: int | None = None
    kind: Annotated[str, Meta(description="`image` or `song`; what follows is for songs")] = "image"
    lyrics: str = ""
    vocal_language: str = ""
    audio_duration: float | None = None
    bpm: int | None = None
    keyscale: str = ""
    timesignature: str = ""
    guidance_scale: float | None = None
    task_type: Annotated[
        str, Meta(description="text2image, image2image, inpaint, edit; text2music, cover, repaint, extend")
    ] = ""
    image: Annotated[list[str], Meta(description="To start from: `upload:ID` or `creation:ID`")] = []
    strength: Annotated[float | None, Meta(description="How far from the picture it may go, to 1")] = None
    mask: Annotated[
        list[list[int]], Meta(description="Strokes: width, then x, y, x, y, in thousandths of the picture")
    ] = []
    mask_left: Annotated[int | None, Meta(description="Edges of the part to change, in percent")] = None
    mask_top: int | None = None
    mask_right: int | None = None
    mask_bottom: int | None = None
    mask_image: Annotated[str, Meta(description="`upload:ID` as large as the picture; what is light changes")] = ""
    src_audio: Annotated[str, Meta(description="To start from: `upload:ID` or `creation:ID`")] = ""
    reference_audio: Annotated[str, Meta(description="How it should sound")] = ""
    audio_cover_strength: Annotated[float | None, Meta(description="How near a cover stays, 0 to 1")] = None
    repainting_start: Annotated[float | None, Meta(description="The part to change, in seconds")] = None
    repainting_end: float | None = None
    visibility: str = ""
    request_key: str = ""
    "Sent twice, the second answers with what the first one made."


class Item(msgspec.Struct, kw_only=True):
    id: UUID
    kind: str
    url: str
    title: str
    prompt: str
    visibility: str
    width: int
    height: int
    seconds: float
    seed: int | None
    likes: int
    remix: bool
    created_at: datetime
    media: dict[str, str]


class Made(msgspec.Struct, kw_only=True):
    id: UUID
    status: str
    visibility: str
    model: str
    params: dict[str, Any]
    cost: int
    step: int
    total_steps: int
    wait: waiting.Wait | None
    error: str
    url: str
    events: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    creations: list[Item]


class Items(msgspec.Struct):
    items: list[Item]
    next: str


class Change(msgspec.Struct, forbid_unknown_fields=True):
    visibility: str | None = None
    title: str | None = None
    show_prompt: bool | None = None
    remix: Annotated[bool | None, Meta(description="Others may make from it while it is public")] = None


class Me(msgspec.Struct):
    id: UUID
    name: str
    handle: str
    language: str
    default_visibility: str
    balance: int


@post("/generations", status_code=201, limit="generations")
async def create_generation(request: Http, data: Asked) -> Made:
    me = signed_in(request)
    asked = msgspec.structs.asdict(data)
    made = await generation.submit(
        me.id, data.model, asked, data.visibility or me.default_visibility, data.request_key or None, kind=data.kind
    )
    return await _made(made, me.id)


@get("/generations/{generation_id:str}", may=Power.LOOK)
async def read_generation(request: Http, generation_id: str, watch: str = "") -> Made:
    viewer = viewer_id(request)
    return await _made(await generation.get_watchable(uuid_of(generation_id), viewer, watch), viewer)


@delete("/generations/{generation_id:str}", status_code=200)
async def cancel_generation(request: Http, generation_id: str) -> Made:
    me = signed_in(request)
    return await _made(await generation.cancel(uuid_of(generation_id), me.id), me.id)


@get("/creations")
async def list_creations(request: Http, q: str = "", visibility: str = "", after: Cursor = "") -> Items:
    found = await library.list_own(signed_in(request).id, q, visibility, after)
    return Items([item(creation, own=True) for creation in found.items], found.next)


@get("/creations/{creation_id:str}")
async def read_creation(request: Http, creation_id: str) -> Item:
    return item(await library.get_own(uuid_of(creation_id), signed_in(request).id), own=True)


@patch("/creations/{creation_id:str}")
async def change_creation(request: Http, creation_id: str, data: Change) -> Item:
    me, wanted = signed_in(request), uuid_of(creation_id)
    creation = await library.get_own(wanted, me.id)
    if data.visibility is not None:
        library.check_visibility(data.visibility)  # before anything is written: all of a change or none
    if any(each is not None for each in (data.title, data.show_prompt, data.remix)):
        title = creation.title if data.title is None else data.title
        shown = creation.show_prompt if data.show_prompt is None else data.show_prompt
        creation = await library.describe(wanted, me.id, title, shown, data.remix)
    if data.visibility is not None:
        [creation] = await library.set_visibility([wanted], me.id, data.visibility)
    return item(creation, own=True)


@delete("/creations/{creation_id:str}", status_code=204)
async def delete_creation(request: Http, creation_id: str) -> None:
    await library.delete(uuid_of(creation_id), signed_in(request).id)


@get("/explore", may=Power.LOOK)
async def explore(sort: str = "new", q: str = "", after: Cursor = "") -> Items:
    found = await showing.explore("liked" if sort == "liked" else "new", q, after)
    return Items([item(row, own=False) for row in found.items], found.next)


@get("/models", may=Power.LOOK)
async def models() -> list[catalog.Model | catalog.SongModel]:
    return list(catalog.everything().values())


@get("/me")
async def me(request: Http) -> Me:
    account = signed_in(request)
    await credits.grant_daily(account.id)
    return Me(
        account.id, account.name, account.handle, account.language, account.default_visibility,
        await credits.balance(account.id),
    )  # fmt: skip


@get(["/", "/{rest:path}"], may=Power.LOOK, include_in_schema=False)
async def nothing(rest: str = "") -> None:
    raise NotFound


def item(creation: Creation | dict[str, Any], *, own: bool) -> Item:
    """A hidden prompt and the seed that goes with it are for the maker alone."""
    row: dict[str, Any] = creation if isinstance(creation, dict) else creation.to_dict()
    base = settings.get().base_url
    tells = own or row["show_prompt"]
    return Item(
        id=row["id"], kind=row["kind"], url=f"{base}/c/{row['slug']}", title=templating.title(row, own=own),
        prompt=row["prompt"] if tells else "", visibility=row["visibility"],
        width=row["width"], height=row["height"], seconds=row["seconds"], seed=row.get("seed") if tells else None,
        likes=row["likes"], remix=row["remix"], created_at=row["created_at"],
        media={
            name.partition(".")[0]: base + templating.media(row, name) for name in FILES[row["kind"]]
        },
    )  # fmt: skip


async def _made(made: Generation, viewer: UUID | None) -> Made:
    own = made.owner == viewer
    progress = await waiting.progress_of(made)
    creations = await generation.visible_creations_of(made, viewer)
    base = settings.get().base_url
    return Made(
        id=made.id, status=made.status, visibility=made.visibility, model=made.model,
        params=made.params if own else {}, cost=made.cost,
        step=progress.step if progress else made.step, total_steps=made.total_steps,
        wait=await waiting.wait_of(made), error=made.error if own else "",
        url=f"{base}/g/{made.id}", events=f"{base.replace('http', 'ws', 1)}/api/v1/generations/{made.id}/events",
        queued_at=made.queued_at, started_at=made.started_at, finished_at=made.finished_at,
        creations=[item(creation, own=own) for creation in creations],
    )  # fmt: skip


async def only_json(request: Http) -> None:
    if request.content_type[0] not in {"", "application/json"}:
        raise HTTPException(status_code=415)


router = Router("/api/v1", opt={"may": Power.MAKE}, before_request=only_json, route_handlers=[
    create_generation, read_generation, cancel_generation, list_creations, read_creation, change_creation,
    delete_creation, explore, models, me, nothing,
])  # fmt: skip

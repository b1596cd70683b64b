"""What programs send and get: the words of the JSON API. Rows become these, and nothing else leaves by it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import Parameter
from msgspec import Meta

from app import params, settings, song_params, templating
from app.domain import generation, licensing, waiting, watching
from app.models import Creation, Generation, ShareLink, Upload

FILES = {
    "image": ("original.png", "full.webp", "thumb.webp", "card.jpg"),
    "song": ("original.flac", "listen.mp3", "peaks.json", "full.webp", "thumb.webp", "card.jpg"),
}


WRITTEN = r"[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
"A mark that somebody can see: blanks alone are nothing that was written."


def said(description: str = "", **schema: Any) -> Meta:
    """Said in the description of the API and checked by the domain, which has a sentence for what is wrong."""
    return Meta(description=description or None, extra_json_schema={"extra": schema})


def one_of(*words: str, description: str = "") -> Meta:
    return said(description, enum=list(words))


Cursor = Annotated[str, Parameter(description="`next` of the page before; empty for the first page.")]
OfKind = Annotated[str, Parameter(description="`image` or `song`; anything else means both.")]
Search = Annotated[str, Parameter(description="Words that must occur.")]
Visibility = Annotated[str, one_of("public", "private")]
Licence = Annotated[str, one_of(*licensing.TERMS)]


Percent = Annotated[int | None, said("Edges of the part to change, in percent", minimum=0, maximum=100)]
Seconds = Annotated[float | None, said("Of the part to change", minimum=0)]


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to make, by diffusers' own names. Everything but the prompt has the model's default."""

    prompt: Annotated[str, said("1 to 2,000 characters", pattern=WRITTEN, maxLength=params.PROMPT_LENGTH)]
    model: Annotated[str, Meta(description="An id of `/models`; empty for the first of its kind")] = ""
    negative_prompt: Annotated[str, said(maxLength=params.PROMPT_LENGTH)] = ""
    width: Annotated[int | None, said("A size of the model's", minimum=1)] = None
    height: Annotated[int | None, said("A size of the model's", minimum=1)] = None
    num_inference_steps: Annotated[int | None, said(minimum=1)] = None
    true_cfg_scale: Annotated[float | None, said(minimum=1, maximum=20)] = None
    seed: Annotated[int | None, said(minimum=0, maximum=params.SEEDS - 1)] = None
    num_images_per_prompt: Annotated[int | None, said(minimum=1)] = None
    kind: Annotated[str, one_of("image", "song", description="What follows is for songs")] = "image"
    lyrics: Annotated[str, said(maxLength=song_params.LYRICS_LENGTH)] = ""
    vocal_language: str = ""
    audio_duration: Annotated[float | None, said("A length of the model's, in seconds", exclusiveMinimum=0)] = None
    bpm: Annotated[int | None, said(minimum=1)] = None
    keyscale: str = ""
    timesignature: str = ""
    guidance_scale: Annotated[float | None, said(minimum=1, maximum=20)] = None
    task_type: Annotated[
        str, Meta(description="text2image, image2image, inpaint, edit; text2music, cover, repaint, extend")
    ] = ""
    image: Annotated[list[str], Meta(description="To start from: `upload:ID` or `creation:ID`")] = []
    strength: Annotated[float | None, said("How far from the picture it may go", minimum=0.05, maximum=1)] = None
    mask: Annotated[
        list[list[int]], Meta(description="Strokes: width, then x, y, x, y, in thousandths of the picture")
    ] = []
    mask_left: Percent = None
    mask_top: Percent = None
    mask_right: Percent = None
    mask_bottom: Percent = None
    mask_image: Annotated[str, Meta(description="`upload:ID` as large as the picture; what is light changes")] = ""
    src_audio: Annotated[str, Meta(description="To start from: `upload:ID` or `creation:ID`")] = ""
    reference_audio: Annotated[str, Meta(description="How it should sound")] = ""
    audio_cover_strength: Annotated[float | None, said("How near a cover stays", minimum=0, maximum=1)] = None
    repainting_start: Seconds = None
    repainting_end: Seconds = None
    visibility: Annotated[str, one_of("public", "private", "", description="Empty: as the account prefers")] = ""
    confirmed: Annotated[
        bool,
        Meta(description="Yes to a price above your own limit; without it that is 409 and `detail` says the price"),
    ] = False
    request_key: Annotated[
        str, said("Older name of the header `Idempotency-Key`", maxLength=generation.KEY_LENGTH, pattern="^[ -~]*$")
    ] = ""


class Item(msgspec.Struct, kw_only=True):
    """A creation: one kept result."""

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
    remix: Annotated[bool, Meta(description="Others may make from it while it is public")]
    licence: Annotated[str, Meta(description="What others may do with it while it is public")]
    created_at: datetime
    veiled: Annotated[bool, Meta(description="Others see it behind a veil, without its words, until they ask for it")]
    media: dict[str, str]


class Items(msgspec.Struct):
    items: list[Item]
    next: Annotated[str, Meta(description="Send it as `after` for the next page; empty at the end")]


class Made(msgspec.Struct, kw_only=True):
    """A generation: one asking, from queued to its end."""

    id: UUID
    kind: str
    status: Annotated[str, one_of("queued", "running", "succeeded", "failed", "canceled")]
    visibility: str
    model: str
    params: dict[str, Any]
    cost: int
    step: int
    total_steps: int
    wait: waiting.Wait | None
    error: str
    url: str
    watch_url: Annotated[str, Meta(description="Lets others watch; empty unless its maker hands it out")]
    events: Annotated[str, Meta(description="A websocket: its state, then every step as JSON, then a clean close")]
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    creations: list[Item]


class Generations(msgspec.Struct):
    items: list[Made]
    next: str


class Link(msgspec.Struct, kw_only=True):
    """A share link: it opens one private creation until it is revoked or over."""

    id: UUID
    url: str
    views: int
    created_at: datetime
    expires_at: datetime | None


class Source(msgspec.Struct, kw_only=True):
    """An upload: a picture or sound of one's own, to make something from."""

    id: UUID
    kind: str
    url: str
    bytes: int
    width: int
    height: int
    seconds: float
    keep_until: datetime
    created_at: datetime


def item(creation: Creation | dict[str, Any], *, own: bool) -> Item:
    """A hidden prompt and the seed that goes with it are for the maker alone."""
    row: dict[str, Any] = creation if isinstance(creation, dict) else creation.to_dict()
    base = settings.get().base_url
    tells = own or row["show_prompt"]
    return Item(
        id=row["id"], kind=row["kind"], url=f"{base}/c/{row['slug']}", title=templating.title(row, own=own),
        prompt=row["prompt"] if tells else "", visibility=row["visibility"],
        width=row["width"], height=row["height"], seconds=row["seconds"], seed=row.get("seed") if tells else None,
        likes=row["likes"], remix=row["remix"], licence=row["licence"], created_at=row["created_at"],
        veiled=row["veiled"],
        media={
            name.partition(".")[0]: base + templating.media(row, name) for name in FILES[row["kind"]]
        },
    )  # fmt: skip


async def made(row: Generation, viewer: UUID | None) -> Made:
    own = row.owner == viewer
    progress = await waiting.progress_of(row)
    creations = await watching.visible_creations_of(row, viewer)
    base = settings.get().base_url
    return Made(
        id=row.id, kind=row.kind, status=row.status, visibility=row.visibility, model=row.model,
        params=row.params if own else {}, cost=row.cost,
        step=progress.step if progress else row.step, total_steps=row.total_steps,
        wait=await waiting.wait_of(row), error=row.error if own else "", url=f"{base}/g/{row.id}",
        watch_url=f"{base}/g/{row.id}?watch={row.watch_token}" if own and row.watchable else "",
        events=f"{base.replace('http', 'ws', 1)}/api/v1/generations/{row.id}/events",
        queued_at=row.queued_at, started_at=row.started_at, finished_at=row.finished_at,
        creations=[item(creation, own=own) for creation in creations],
    )  # fmt: skip


def link(row: ShareLink) -> Link:
    return Link(
        id=row.id, url=f"{settings.get().base_url}/s/{row.token}", views=row.views, created_at=row.created_at,
        expires_at=row.expires_at,
    )  # fmt: skip


def source(upload: Upload) -> Source:
    return Source(
        id=upload.id, kind=upload.kind, url=f"{settings.get().base_url}/uploads/{upload.id}/file", bytes=upload.bytes,
        width=upload.width, height=upload.height, seconds=round(upload.seconds, 3), keep_until=upload.keep_until,
        created_at=upload.created_at,
    )  # fmt: skip

"""Asking for work, watching it, ending it."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter

from app import prices
from app.domain import generation, watching
from app.errors import N_, Conflict, Unconfirmed
from app.roles import Power
from app.routes.api.shapes import Asked, Cursor, Generations, Made, Visibility, made
from app.routes.pages import Http, signed_in, uuid_of, viewer_id


class Price(msgspec.Struct):
    credits: int
    work: Annotated[int, msgspec.Meta(description="Pixels times steps times pictures, or what a song costs beside")]


class WhileItForms(msgspec.Struct, forbid_unknown_fields=True):
    visibility: Visibility | None = None
    watchable: Annotated[bool | None, msgspec.Meta(description="Hand out its watch link, or take it back")] = None


Confirmed = Annotated[bool, Parameter(description="Yes to a price above your own limit.")]
Watch = Annotated[str, Parameter(description="The token of a watch link.")]


@post("/generations", status_code=201, limit="generations", scope="create")
async def create_generation(request: Http, data: Asked) -> Made:
    """Checked, charged and queued. Sent again with the same `Idempotency-Key`, it answers with what it made then."""
    me = signed_in(request)
    # Kept with the row too, so that not even a crash before the answer is kept makes a second one.
    header = request.headers.get("idempotency-key", "")
    key = data.request_key or (header and f"header:{sha256(header.encode()).hexdigest()[:40]}")
    asked = msgspec.structs.asdict(data)
    with saying_how_to_confirm():
        row = await generation.submit(
            me.id, data.model, asked, data.visibility or me.default_visibility, key or None, kind=data.kind,
            confirmed=data.confirmed,
        )  # fmt: skip
    return await made(row, me.id)


@get("/generations", scope="read")
async def list_generations(request: Http, after: Cursor = "") -> Generations:
    """One's own, newest first."""
    me = signed_in(request)
    found = await generation.list_own(me.id, after)
    return Generations([await made(row, me.id) for row in found.items], found.next)


@post("/generations/price", status_code=200, scope="read")
async def price_generation(request: Http, data: Asked) -> Price:
    """What it would cost. Nothing is charged, nothing is made."""
    me = signed_in(request)
    _, model, work = await generation.read(me.id, data.kind, data.model, msgspec.structs.asdict(data))
    return Price(prices.price(work, prices.rate_of(model.id)), work)


@get("/generations/{generation_id:str}", may=Power.LOOK, scope="read")
async def read_generation(request: Http, generation_id: str, watch: Watch = "") -> Made:
    """One's own, a public one while it forms, or one whose watch link one has."""
    viewer = viewer_id(request)
    return await made(await watching.get_watchable(uuid_of(generation_id), viewer, watch), viewer)


@patch("/generations/{generation_id:str}", scope="library")
async def change_generation(request: Http, generation_id: str, data: WhileItForms) -> Made:
    """Its visibility while it forms; who may watch it at any time."""
    me, wanted = signed_in(request), uuid_of(generation_id)
    row = await generation.get_own(wanted, me.id)
    if data.visibility is not None:
        row = await generation.set_visibility(wanted, me.id, data.visibility)
    if data.watchable is not None:
        row = await watching.set_watchable(wanted, me.id, data.watchable)
    return await made(row, me.id)


@delete("/generations/{generation_id:str}", status_code=200, scope="create")
async def cancel_generation(request: Http, generation_id: str) -> Made:
    """Ends it now and gives back the credits of the steps that were not run. One that has ended stays as it is."""
    me = signed_in(request)
    return await made(await generation.cancel(uuid_of(generation_id), me.id), me.id)


@post("/generations/{generation_id:str}/retry", status_code=201, limit="generations", scope="create")
async def retry_generation(request: Http, generation_id: str, confirmed: Confirmed = False) -> Made:
    """The same once more, seed included."""
    me = signed_in(request)
    with saying_how_to_confirm():
        return await made(await generation.retry(uuid_of(generation_id), me.id, confirmed), me.id)


@contextmanager
def saying_how_to_confirm() -> Iterator[None]:
    """A program has no button to press once more: it sends a word."""
    try:
        yield
    except Unconfirmed as error:
        raise Conflict(
            N_("This costs {price} credits, and above {limit} you want to be asked. Say yes with `confirmed: true`."),
            field="confirmed", **error.values,
        ) from None  # fmt: skip


HANDLERS = [
    create_generation, list_generations, price_generation, read_generation, change_generation, cancel_generation,
    retry_generation,
]  # fmt: skip

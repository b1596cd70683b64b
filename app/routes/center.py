"""The privacy centre: what is held about a person, and a button for each right they have."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Stream

from app.domain import cases, disclosures, leaving, objecting, processing, staying, takeout, withholding
from app.domain.case_kinds import KINDS
from app.domain.withheld import Why
from app.errors import N_, Invalid
from app.roles import Power
from app.routes import entry
from app.routes.pages import Http, form_page, freshly_signed_in, go, page, signed_in, typed, uuid_of
from app.routes.ranges import stream

CENTER = "/privacy/center"


@get(CENTER, may=Power.MAKE)
async def center(request: Http, done: str = "") -> Response[Any]:
    me = signed_in(request)
    return await page(
        request, "center/index.html", done=done, shares=await leaving.plan(me.id), takeout=await takeout.newest(me.id),
        objections=[(purpose, processing.PURPOSES[purpose]) for purpose in objecting.OPEN],
        objected=objecting.objections_of(me), cases=await cases.list_own(me.id), kinds=KINDS,
        disclosed=await disclosures.told_to(me.id),
    )  # fmt: skip


@post(f"{CENTER}/takeout", status_code=200, may=Power.MAKE)
async def ask(request: Http) -> Response[Any]:
    await takeout.ask(freshly_signed_in(request).id)
    return go(f"{CENTER}?done=takeout#copy")


@get(f"{CENTER}/takeout/{{takeout_id:str}}", may=Power.MAKE)
async def fetch(request: Http, takeout_id: str) -> Stream:
    """In parts, if the connection breaks; to nobody but whose it is."""
    found = await takeout.get_own(uuid_of(takeout_id), freshly_signed_in(request).id)
    headers = {
        "Content-Disposition": f'attachment; filename="qwenimage-art-{found.asked_at:%Y-%m-%d}.zip"',
        "Cache-Control": "private, no-store", "Accept-Ranges": "bytes", "ETag": f'"{found.id}"',
    }  # fmt: skip
    return await stream(request, takeout.key(found.id), "application/zip", headers)


@post(f"{CENTER}/takeout/{{takeout_id:str}}/discard", status_code=200, may=Power.MAKE)
async def discard(request: Http, takeout_id: str) -> Response[Any]:
    await takeout.discard(uuid_of(takeout_id), signed_in(request).id)
    return go(f"{CENTER}#copy")


@post(f"{CENTER}/restrict", status_code=200, may=Power.MAKE)
async def restrict(request: Http) -> Response[Any]:
    """The button says what it will do, so pressing it twice does it once."""
    me, wanted = signed_in(request), (await typed(request)).get("restricted")
    if wanted == "yes":
        await withholding.withhold(me.id, Why.RESTRICTED)
    elif wanted == "no":
        await withholding.release(me.id, Why.RESTRICTED)
    else:
        raise Invalid(N_("This is not one of the choices."))
    return go(f"{CENTER}#restrict")


@post(f"{CENTER}/object", status_code=200, may=Power.MAKE)
async def object_to(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    await objecting.object_to(me.id, form.get("purpose", ""), form.get("objects") == "yes")
    return go(f"{CENTER}#object")


@get(f"{CENTER}/leave", may=Power.MAKE)
async def ask_to_leave(request: Http) -> Response[Any]:
    me = freshly_signed_in(request)
    return await form_page(request, "center/leave.html", shares=await leaving.plan(me.id))


@post(f"{CENTER}/leave", status_code=200, may=Power.MAKE)
async def leave(request: Http) -> Response[Any]:
    me = freshly_signed_in(request)
    if (await typed(request)).get("sure") != "yes":
        error = Invalid(N_("Tick that you are sure; there is no way back."), field="sure")
        return await form_page(request, "center/leave.html", error, shares=await leaving.plan(me.id))
    await leaving.begin(me.id)
    return entry.go_out("/privacy/left")


@get("/privacy/left", may=Power.LOOK)
async def left(request: Http) -> Response[Any]:
    return await page(request, "center/left.html")


@get("/privacy/processing", may=Power.LOOK)
async def held(request: Http) -> Response[Any]:
    """The record of processing, for everybody."""
    balances = [(processing.PURPOSES[purpose], sentence) for purpose, sentence in processing.BALANCES.items()]
    return await page(request, "center/processing.html", record=processing.record(), balances=balances)


@get("/stay/{token:str}", may=Power.LOOK)
async def ask_to_stay(request: Http, token: str) -> Response[Any]:
    return await page(request, "center/stay.html", stays=False)


@post("/stay/{token:str}", status_code=200, may=Power.LOOK)
async def stay(request: Http, token: str) -> Response[Any]:
    await staying.stay(token)
    return await page(request, "center/stay.html", stays=True)


router = Router("", include_in_schema=False, route_handlers=[
    center, ask, fetch, discard, restrict, object_to, ask_to_leave, leave, left, held, ask_to_stay, stay,
])  # fmt: skip

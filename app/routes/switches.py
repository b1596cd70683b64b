"""What the studio does without for a while, for whoever runs it."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import switches
from app.errors import NotFound
from app.roles import Power
from app.routes.pages import Http, go, page, signed_in, typed


@get("/admin/switches")
async def index(request: Http) -> Response[Any]:
    return await page(request, "admin/switches.html", switches=switches.SWITCHES, off=await switches.all_off())


@post("/admin/switches/{name:str}", status_code=200)
async def turn(request: Http, name: str) -> Response[Any]:
    """The button says what it will do, so pressing it twice does it once."""
    if name not in switches.SWITCHES:
        raise NotFound
    await switches.turn(name, (await typed(request)).get("on") == "1", signed_in(request).id)
    return go("/admin/switches")


router = Router("", opt={"may": Power.ADMINISTER}, include_in_schema=False, route_handlers=[index, turn])

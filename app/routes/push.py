"""Notices on devices: the script that shows them, and the list of browsers that are told."""

from typing import Any

from litestar import Response, Router, get, post

from app import templating
from app.domain import push_devices
from app.errors import NotFound, NotSignedIn
from app.roles import Power
from app.routes.pages import Http, go, signed_in, typed, uuid_of

SCRIPT = "js/service-worker.js"


@get("/service-worker.js", may=Power.LOOK)
async def service_worker(request: Http) -> Response[bytes]:
    """At the root, for a browser lets it work no higher than where it lies. Asked for anew each time."""
    found = templating.static_file(SCRIPT)
    if found is None:
        raise NotFound
    return Response(found[0], media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@post("/account/notices/devices", status_code=200)
async def add(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    if request.auth is None:
        raise NotSignedIn
    await push_devices.add(
        me.id, request.auth.id, form.get("endpoint", ""), form.get("public_key", ""), form.get("secret", "")
    )
    return go("/account/notices?saved=true#devices")


@post("/account/notices/devices/{device_id:str}/remove", status_code=200)
async def remove(request: Http, device_id: str) -> Response[Any]:
    await push_devices.remove(uuid_of(device_id), signed_in(request).id)
    return go("/account/notices?saved=true#devices")


router = Router(
    "", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[service_worker, add, remove]
)  # fmt: skip

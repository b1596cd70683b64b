"""The JSON door to the same verbs, a file for each noun. Errors are problem documents."""

from litestar import Router, get

from app.errors import NotFound
from app.roles import Power
from app.routes.api import asked, creations, generations, me, parts, public, releases, told, uploads, webhooks
from app.routes.api.once import Once
from app.routes.api.tagged import Tagged


@get(["/", "/{rest:path}"], may=Power.LOOK, include_in_schema=False, scope="read")
async def nothing(rest: str = "") -> None:
    raise NotFound


__all__ = ["parts", "router", "uploads"]
router = Router("/api/v1", opt={"may": Power.MAKE}, before_request=asked.in_json, middleware=[Once, Tagged],
                route_handlers=[
    *generations.HANDLERS, *creations.HANDLERS, *public.HANDLERS, *me.HANDLERS, *webhooks.HANDLERS,
    *releases.HANDLERS, *told.HANDLERS, nothing,
])  # fmt: skip

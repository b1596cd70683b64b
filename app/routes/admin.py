"""The studio as it is now, for those who look after it."""

from typing import Any

from litestar import Response, Router, get

from app.domain import overview
from app.roles import Power
from app.routes.pages import Http, page, partial


@get("/admin", may=Power.CASES)
async def index(request: Http) -> Response[Any]:
    return await page(request, "admin/index.html", now=await overview.now())


@get("/admin/now", may=Power.CASES)
async def present(request: Http) -> Response[Any]:
    """Asked for every few seconds by an open page."""
    return partial(request, "admin/_now.html", now=await overview.now())


router = Router("", include_in_schema=False, route_handlers=[index, present])

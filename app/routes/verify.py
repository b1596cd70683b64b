"""Anybody asks where a file comes from. It is looked at and not kept."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import receiving, verifying
from app.errors import DomainError
from app.roles import Power
from app.routes import incoming
from app.routes.pages import Http, form_page


@get("/verify")
async def ask(request: Http) -> Response[Any]:
    return await form_page(request, "verify/index.html", most=_most(), known=None)


@post("/verify", status_code=200, request_max_body_size=None, limit="verify")
async def answer(request: Http) -> Response[Any]:
    try:
        incoming.check_kind(request)
        with receiving.passing(request.content_length) as place:
            await incoming.read(request, place)
            known = await verifying.look(place)
    except DomainError as error:
        return await form_page(request, "verify/index.html", error, most=_most(), known=None)
    return await form_page(request, "verify/index.html", most=_most(), known=known)


def _most() -> dict[str, int]:
    return {"image": receiving.most("image"), "sound": receiving.most("sound")}


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[ask, answer])

"""Is it you? Asked again before what cannot be undone, then back to where it was asked."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts
from app.errors import DomainError, NotSignedIn
from app.roles import Power
from app.routes.pages import Http, go, inside, page, problems, signed_in, typed


@get("/is-it-you")
async def ask(request: Http, next: str = "") -> Response[Any]:
    signed_in(request)
    return await page(request, "account/is_it_you.html", errors={}, next=inside(next, "/account"))


@post("/is-it-you", status_code=200)
async def prove(request: Http) -> Response[Any]:
    form = await typed(request)
    target = inside(form.get("next", ""), "/account")
    if request.auth is None:
        raise NotSignedIn
    try:
        await accounts.prove(request.auth, form.get("password", ""))
    except DomainError as error:
        errors = problems(request, error)
        return await page(request, "account/is_it_you.html", error.status, errors=errors, next=target)
    return go(target)


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[ask, prove])

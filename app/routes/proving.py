"""Is it you? Asked again before what cannot be undone, then back to where it was asked."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts, passkeys, sessions
from app.errors import DomainError, NotSignedIn
from app.roles import Power
from app.routes import entry
from app.routes.pages import Http, go, inside, page, problems, signed_in, typed


@get("/is-it-you")
async def ask(request: Http, next: str = "") -> Response[Any]:
    me = signed_in(request)
    keys = await passkeys.list_of(me.id)
    return await page(request, "account/is_it_you.html", errors={}, keys=keys, next=inside(next, "/account"))


@post("/is-it-you", status_code=200, way="local")
async def prove(request: Http) -> Response[Any]:
    form = await typed(request)
    target = inside(form.get("next", ""), "/account")
    if request.auth is None:
        raise NotSignedIn
    try:
        await accounts.prove(request.auth, form.get("password", ""))
    except DomainError as error:
        errors = problems(request, error)
        keys = await passkeys.list_of(request.auth.account)
        return await page(request, "account/is_it_you.html", error.status, errors=errors, keys=keys, next=target)
    return go(target)


@post("/is-it-you/passkey", status_code=200, limit="sign-in", way="local")
async def prove_by_passkey(request: Http) -> Response[Any]:
    form = await typed(request)
    if request.auth is None:
        raise NotSignedIn
    account_id = await passkeys.authenticate(form.get("credential", ""), entry.site(request))
    if account_id != request.auth.account:
        raise NotSignedIn
    await sessions.proved(request.auth.id, strong=True)
    return go(entry.target(form, "/account"))


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[ask, prove, prove_by_passkey])

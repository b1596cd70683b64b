"""Is it you? Asked again before what cannot be undone, then back to where it was asked."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts, passkeys, sessions
from app.errors import DomainError, NotSignedIn
from app.roles import Power
from app.routes import entry
from app.routes.pages import Http, form_page, go, inside, signed_in, typed


@get("/is-it-you")
async def ask(request: Http, next: str = "") -> Response[Any]:
    return await _question(request, inside(next, "/account"))


async def _question(request: Http, target: str, error: DomainError | None = None) -> Response[Any]:
    keys = await passkeys.list_of(signed_in(request).id)
    return await form_page(request, "account/is_it_you.html", error, keys=keys, next=target)


@post("/is-it-you", status_code=200, way="local")
async def prove(request: Http) -> Response[Any]:
    form = await typed(request)
    target = entry.target(form, "/account")
    if request.auth is None:
        raise NotSignedIn
    try:
        await accounts.prove(request.auth, form.get("password", ""))
    except DomainError as error:
        return await _question(request, target, error)
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

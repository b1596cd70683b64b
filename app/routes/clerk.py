"""In by way of Clerk: to its own page, from there for a proof, and back with it. No script of anybody's runs here.

The browser that comes back must be the one that went: a proof is good for whoever brings it, so a link with somebody
else's in it would sign people in as somebody else.
"""

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.response import Redirect

from app import settings
from app.clerk import addresses, tokens
from app.domain import audit, vouched
from app.errors import N_, DomainError, NotSignedIn
from app.roles import Power
from app.routes import arriving, entry, sealed
from app.routes.pages import Http, form_page, inside, page, problems, typed

COOKIE = "clerk"
LIFE = 30 * 60
"Seconds to sign in over there, a mail with a code included."
LONGEST = 2000
"Of an address to come back to: a cookie holds no more."


@get("/sign-in/clerk", limit="sign-in")
async def to_clerk(request: Http, next: str = "", new: bool = False) -> Response[Any]:
    state = secrets.token_urlsafe(16)
    response = Redirect(addresses.page("sign-up" if new else "sign-in", redirect_url=_ours("back", state)))
    kept = sealed.seal(COOKIE, sealed.packed(state, _short(inside(next, "/create"))), LIFE)
    response.set_cookie(entry.cookie(COOKIE, kept, LIFE))
    return response


@get("/sign-in/clerk/back")
async def fetch_proof(request: Http) -> Response[Any]:
    """Signed in over there; that it is so, the browser fetches from another address of theirs."""
    try:
        state, _ = _kept(request)
    except DomainError as error:
        return await _refuse(request, error)
    developer = request.query_params.get(addresses.DEVELOPER, "")
    return Redirect(addresses.handshake(_ours("proof", state), developer))


@get("/sign-in/clerk/proof", limit="sign-in")
async def take_proof(request: Http) -> Response[Any]:
    """As a parameter where Clerk is for development, as a cookie where it shares a domain with the studio."""
    brought = request.query_params.get(addresses.HANDSHAKE) or request.cookies.get(addresses.HANDSHAKE, "")
    try:
        _, target = _kept(request)
        proof = await tokens.brought(brought)
        if proof is None:
            raise NotSignedIn(N_("You did not sign in at Clerk. Nothing was changed here."))
        account = await vouched.recognise(proof.user)
    except tokens.Unproven as error:
        await audit.note(None, "sign-in.refused", "clerk", why=error.why)
        return await _refuse(request, error)
    except DomainError as error:
        return await _refuse(request, error)
    if account is None:
        return _once(arriving.welcome(proof, target))
    return _once(await entry.enter(request, account, target, strong=proof.strong, proof=proof))


@post("/is-it-you/clerk", status_code=200, may=Power.MAKE, limit="sign-in")
async def prove_again(request: Http) -> Response[Any]:
    """Clerk asks again only whoever is signed in nowhere. Then a page in between: our forms may not lead away."""
    form = await typed(request)
    if request.auth is None:
        raise NotSignedIn
    await vouched.end_there([request.auth.outside])
    way = urlencode({"next": entry.target(form, "/account")})
    return await page(request, "account/to_clerk.html", address=f"/sign-in/clerk?{way}")


def _ours(door: str, state: str) -> str:
    return f"{settings.get().base_url}/sign-in/clerk/{door}?{urlencode({'state': state})}"


def _short(target: str) -> str:
    return target if len(target.encode()) <= LONGEST else target.partition("?")[0][:LONGEST]


def _kept(request: Http) -> tuple[str, str]:
    """The state that this browser went with, and where it wants to be."""
    kept = sealed.unpacked(sealed.opened(COOKIE, request.cookies.get(COOKIE, "")))
    if not kept or not hmac.compare_digest(kept[0].encode(), request.query_params.get("state", "").encode()):
        raise NotSignedIn(N_("This took too long, or began in another browser. Please start again here."))
    return kept[0], kept[1]


def _once(response: Response[Any]) -> Response[Any]:
    response.set_cookie(entry.cookie(COOKIE, "", 0))
    response.set_cookie(entry.cookie(addresses.HANDSHAKE, "", 0))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def _refuse(request: Http, error: DomainError) -> Response[Any]:
    errors = {"": next(iter(problems(request, error).values()))}
    return _once(await form_page(request, "account/sign_in.html", error, errors=errors, form={}, next=""))


router = Router("", opt={"may": Power.LOOK, "way": "clerk"}, include_in_schema=False, route_handlers=[
    to_clerk, fetch_proof, take_proof, prove_again,
])  # fmt: skip

"""Through the door, whichever proof was given: a new session, what the browser keeps of it, and out again."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie

from app import secret, settings
from app.clerk.tokens import Proof
from app.domain import devices, factors, sessions
from app.models import Account
from app.routes import sealed
from app.routes.pages import Http, go, inside
from app.routes.security import cookie_name

YEAR = int(timedelta(days=365).total_seconds())
AGE_COOKIE = "age"
HALFWAY = 10 * 60
"Seconds for the second factor."


def cookie(name: str, value: str, seconds: int, *, hidden: bool = True) -> Cookie:
    return Cookie(
        name, value=value, max_age=seconds, path="/", httponly=hidden, samesite="lax", secure=settings.get().secure
    )


async def first_proof_given(request: Http, account: Account, target: str) -> Response[Any]:
    """In, or on to the second factor for whoever has set one up."""
    if not await factors.is_set_up(account.id):
        return await enter(request, account, target, strong=False)
    response = go(f"/sign-in/code?{urlencode({'next': target})}")
    response.set_cookie(cookie("halfway", sealed.seal("halfway", account.id.hex, HALFWAY), HALFWAY))
    return response


def age_answer(request: Http) -> str:
    """Sealed, so that nobody edits a no into a yes. No date is kept."""
    return sealed.opened(AGE_COOKIE, request.cookies.get(AGE_COOKIE, ""))


def halfway(request: Http) -> UUID | None:
    found = sealed.opened("halfway", request.cookies.get("halfway", ""))
    return UUID(found) if found else None


async def enter(
    request: Http, account: Account, target: str, *, strong: bool, proof: Proof | None = None
) -> Response[Any]:  # fmt: skip
    """A new token for every sign-in; whatever session this browser had before is closed. `proof`: Clerk's."""
    if request.auth:
        await sessions.end(request.auth.id)
    known = browser(request, account.email)
    token = await devices.enter(
        account.id, request.headers.get("user-agent", ""), address_of(request), strong=strong, known=bool(known),
        outside=proof.session if proof else "", proved_at=proof.proved_at if proof else None,
    )  # fmt: skip
    response = go(target)
    response.set_cookie(cookie(cookie_name(), token, int(sessions.LIFE.total_seconds())))
    response.set_cookie(cookie("halfway", "", 0))
    # By this the browser is known again, and its tries are counted apart from those of strangers.
    mine = f"{_owner(account.email)}~{known or secrets.token_hex(8)}"
    response.set_cookie(cookie("known", sealed.seal("known", mine, YEAR), YEAR))
    # So that pages which know nobody, such as those at unknown addresses, speak the language too.
    response.set_cookie(cookie("language", account.language, YEAR))
    response.set_cookie(cookie("theme", account.theme, YEAR))
    return response


def go_out(path: str) -> Response[Any]:
    """The browser forgets who was here, and every page that it kept."""
    response = go(path)
    response.set_cookie(cookie(cookie_name(), "", 0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def browser(request: Http, email: str) -> str:
    """What this browser is called where the owner of the address has signed in with it before; else nothing."""
    owner, _, name = sealed.opened("known", request.cookies.get("known", "")).partition("~")
    return name if owner == _owner(email) else ""


def address_of(request: Http) -> str:
    return request.client.host if request.client else ""


def site(request: Http) -> str:
    """The address of ours that the browser is at: passkeys belong to a name, and 127.0.0.1 is none."""
    here = str(request.headers.get("origin") or "")
    base = settings.get().base_url
    named = base.replace("127.0.0.1", "localhost")
    return named if here == named and settings.get().is_local else base


def at_a_name(request: Http) -> bool:
    """Whether the browser's address is a name: no device makes passkeys for a number."""
    return not (request.url.hostname or "").replace(".", "").replace(":", "").isdigit()


def target(form: dict[str, str], otherwise: str) -> str:
    """Where somebody wanted to go when they were asked who they are."""
    return inside(form.get("next", ""), otherwise)


def kept(form: dict[str, str]) -> dict[str, str]:
    """What was typed comes back, the password does not."""
    return {name: value for name, value in form.items() if name != "password"}


def _owner(email: str) -> str:
    return secret.hash_of(email.strip().lower())[:16]

"""Somebody whom Clerk knows and the studio does not yet: first the question of age, then two choices, then in."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, Router, post

from app.clerk.tokens import Proof
from app.domain import credits, errands, vouched
from app.errors import DomainError
from app.roles import Power
from app.routes import agreed, entry, pages, sealed
from app.routes.pages import Http, form_page, go, typed

COOKIE = "arriving"
LIFE = 30 * 60


def welcome(proof: Proof, target: str) -> Response[Any]:
    """No row is made of them yet: what Clerk said is kept by the browser, sealed."""
    moment = str(int(proof.proved_at.timestamp()))
    said = sealed.packed(proof.user, proof.session, moment, "strong" if proof.strong else "", target)
    response = go("/sign-up")
    response.set_cookie(entry.cookie(COOKIE, sealed.seal(COOKIE, said, LIFE), LIFE))
    return response


def who(request: Http) -> tuple[Proof, str] | None:
    """Who stands at the door, and where they want to go."""
    said = sealed.unpacked(sealed.opened(COOKIE, request.cookies.get(COOKIE, "")))
    if not said:
        return None
    user, session, moment, strong, target = said
    return Proof(user, session, datetime.fromtimestamp(int(moment), UTC), bool(strong)), target


async def form(request: Http, target: str) -> Response[Any]:
    found = who(request)
    if found is None:
        return await form_page(request, "account/sign_up.html", form={}, next=target)
    user = await vouched.told(found[0].user)
    return await _form(request, {"name": user.name})


async def turn_away(request: Http, response: Response[Any]) -> Response[Any]:
    """Too young: what Clerk knows of them is erased there, and nothing was written here."""
    if found := who(request):
        await errands.turn_away(found[0].user)
        response.set_cookie(entry.cookie(COOKIE, "", 0))
    return response


@post("/sign-up/clerk", status_code=200, limit="sign-up")
async def arrive(request: Http) -> Response[Any]:
    found, form = who(request), await typed(request)
    if found is None or entry.age_answer(request) != "yes":
        return go("/sign-up")
    proof, target = found
    try:
        account = await vouched.arrive(
            proof.user, form.get("name", ""), form.get("default_visibility", ""), pages.language(request)
        )
    except DomainError as error:
        return await _form(request, form, error)
    await agreed.count(request, "sign_up")
    await credits.grant_daily(account.id)
    response = await entry.enter(request, account, target, strong=proof.strong, proof=proof)
    response.set_cookie(entry.cookie(COOKIE, "", 0))
    return response


async def _form(request: Http, form: dict[str, str], error: DomainError | None = None) -> Response[Any]:
    return await form_page(request, "account/arrive.html", error, form=form)


router = Router("", opt={"may": Power.LOOK, "way": "clerk"}, include_in_schema=False, route_handlers=[arrive])

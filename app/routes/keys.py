"""A person's keys for programs: their page, making one, revoking one."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import keys
from app.errors import DomainError
from app.roles import Power
from app.routes.pages import Http, form_of, form_page, freshly_signed_in, go, signed_in, uuid_of

FIRST = {"name": "", "scopes": ["create", "read"], "days": "90"}


@get("/account/keys")
async def index(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    return await _shown(request)


@post("/account/keys", status_code=200)
async def create(request: Http) -> Response[Any]:
    """The answer is the only place where the key itself is ever seen."""
    me, form = freshly_signed_in(request), await form_of(request)
    name, days = str(form.get("name", "")), str(form.get("days", ""))
    scopes = [str(scope) for scope in form.getall("scopes", [])]
    try:
        _, token = await keys.create(me.id, name, set(scopes), int(days) if days.isdecimal() else -1)
    except DomainError as error:
        typed = {"name": name, "scopes": scopes, "days": days}
        return await _shown(request, error, form=typed)
    return await _shown(request, token=token)


@post("/account/keys/{key_id:str}/revoke", status_code=200)
async def revoke(request: Http, key_id: str) -> Response[Any]:
    """Taking a power away asks for no proof beyond being signed in."""
    await keys.revoke(uuid_of(key_id), signed_in(request).id)
    return go("/account/keys")


async def _shown(request: Http, error: DomainError | None = None, **context: Any) -> Response[Any]:
    known = {"form": FIRST, "token": ""} | context
    found = await keys.list_own(signed_in(request).id)
    return await form_page(
        request, "account/keys.html", error, keys=found, scopes=keys.SCOPES, choices=keys.DAYS,
        longest=keys.NAME_LENGTH, **known,
    )  # fmt: skip


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[index, create, revoke])

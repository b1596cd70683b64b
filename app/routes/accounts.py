"""What a person chooses about themselves."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import accounts, handles
from app.errors import DomainError
from app.roles import Power
from app.routes import entry
from app.routes.pages import Http, form_page, go, inside, signed_in, typed, uuid_of


@get("/account", may=Power.MAKE)
async def account_form(request: Http, saved: bool = False) -> Response[Any]:
    signed_in(request)
    return await form_page(request, "account/index.html", form={}, saved=saved)


@post("/account", status_code=200, may=Power.MAKE)
async def save_account(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    changes: dict[str, str] = {field: form[field] for field in ("name", "default_visibility") if field in form}
    try:
        accounts.checked(changes)  # before anything is written: all of it or none
        if form.get("handle", me.handle) != me.handle:
            await handles.change(me.id, form["handle"])
        await accounts.update(me.id, **changes)
    except DomainError as error:
        return await form_page(request, "account/index.html", error, form=form)
    return go("/account?saved=true")


@post("/account/picture", status_code=200, may=Power.MAKE)
async def choose_picture(request: Http) -> Response[Any]:
    """The piece whose button was pressed, or none."""
    me, form = signed_in(request), await typed(request)
    chosen = form.get("creation", "")
    await accounts.choose_picture(me.id, uuid_of(chosen) if chosen else None)
    return go(f"/u/{me.handle}" if chosen else "/account?saved=true")


@post("/preferences", status_code=200)
async def preferences(request: Http) -> Response[Any]:
    form = await typed(request)
    chosen = {field: form[field] for field in ("language", "theme") if form.get(field)}
    accounts.checked(chosen)
    if request.user:
        await accounts.update(request.user.id, **chosen)
    response = go(inside(form.get("next", "")))
    for field, value in chosen.items():
        response.set_cookie(entry.cookie(field, value, entry.YEAR))
    return response


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    account_form, save_account, choose_picture, preferences,
])  # fmt: skip

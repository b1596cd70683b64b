"""Keeping one's account to oneself: devices, passkeys, codes, password and address."""

from typing import Any

import segno
from litestar import Response, Router, get, post

from app import settings
from app.domain import accounts, devices, factors, letters, passkeys, sessions
from app.errors import DomainError
from app.roles import Power
from app.routes import entry
from app.routes.pages import Http, form_page, freshly_signed_in, go, page, signed_in, typed, uuid_of

HERE = "/account/security"


@get(HERE)
async def index(request: Http) -> Response[Any]:
    me = signed_in(request)
    return await page(
        request, "account/security.html", devices=await devices.list_of(me.id), here=request.auth and request.auth.id,
        passkeys=await passkeys.list_of(me.id), authenticator=await factors.is_set_up(me.id),
        codes_left=await factors.codes_left(me.id),
    )  # fmt: skip


@post("/account/devices/{session_id:str}/sign-out", status_code=200)
async def sign_out_one(request: Http, session_id: str) -> Response[Any]:
    await devices.sign_out(uuid_of(session_id), signed_in(request).id)
    return go(HERE)


@post("/account/devices/sign-out", status_code=200)
async def sign_out_others(request: Http) -> Response[Any]:
    me = signed_in(request)
    if request.auth:
        await devices.sign_out_others(me.id, request.auth)
    return go(HERE)


@get("/account/passkeys", way="local")
async def passkey_form(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    return await form_page(request, "account/passkey.html", named=entry.at_a_name(request))


@post("/account/passkeys/challenge", status_code=200, way="local")
async def passkey_challenge(request: Http) -> Response[str]:
    options = await passkeys.options_to_add(freshly_signed_in(request), entry.site(request))
    return Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/account/passkeys", status_code=200, way="local")
async def add_passkey(request: Http) -> Response[Any]:
    me, form = freshly_signed_in(request), await typed(request)
    try:
        await passkeys.add(me.id, form.get("credential", ""), form.get("name", ""), entry.site(request))
    except DomainError as error:
        return await form_page(request, "account/passkey.html", error, named=entry.at_a_name(request))
    return go(HERE)


@post("/account/passkeys/{passkey_id:str}/remove", status_code=200)
async def remove_passkey(request: Http, passkey_id: str) -> Response[Any]:
    await passkeys.remove(uuid_of(passkey_id), freshly_signed_in(request).id)
    return go(HERE)


@get("/account/authenticator", way="local")
async def authenticator_form(request: Http) -> Response[Any]:
    return await _authenticator(request)


async def _authenticator(request: Http, error: DomainError | None = None) -> Response[Any]:
    me = freshly_signed_in(request)
    shared = await factors.prepare(me.id)
    square = segno.make(factors.address_of(shared, me.email), error="m").svg_data_uri(scale=5, border=3, light="white")
    grouped = " ".join(shared[at : at + 4] for at in range(0, len(shared), 4))
    return await form_page(request, "account/authenticator.html", error, square=square, shared=grouped)


@post("/account/authenticator", status_code=200, way="local")
async def confirm_authenticator(request: Http) -> Response[Any]:
    me, form = freshly_signed_in(request), await typed(request)
    try:
        codes = await factors.confirm(me.id, form.get("code", ""))
    except DomainError as error:
        if error.field is None:
            raise
        return await _authenticator(request, error)
    if request.auth:
        await sessions.proved(request.auth.id, strong=True)
    return await page(request, "account/codes.html", codes=codes)


@post("/account/authenticator/remove", status_code=200, way="local")
async def remove_authenticator(request: Http) -> Response[Any]:
    await factors.remove(freshly_signed_in(request).id)
    return go(HERE)


@post("/account/codes", status_code=200, way="local")
async def renew_codes(request: Http) -> Response[Any]:
    return await page(request, "account/codes.html", codes=await factors.renew_codes(freshly_signed_in(request).id))


@get("/account/password", way="local")
async def password_form(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    return await form_page(request, "account/password.html")


@post("/account/password", status_code=200, way="local")
async def change_password(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    form = await typed(request)
    try:
        if request.auth:
            await accounts.change_password(request.auth, form.get("password", ""))
    except DomainError as error:
        return await form_page(request, "account/password.html", error)
    return go(HERE)


@get("/account/address")
async def address_form(request: Http) -> Response[Any]:
    if settings.get().by_clerk:
        return go(HERE)
    freshly_signed_in(request)
    return await form_page(request, "account/address.html", form={})


@post("/account/address", status_code=200, limit="reset", way="local")
async def change_address(request: Http) -> Response[Any]:
    """The same answer whether or not the address is somebody's already."""
    me, form = freshly_signed_in(request), await typed(request)
    try:
        await letters.offer_address(me.id, form.get("email", ""))
    except DomainError as error:
        return await form_page(request, "account/address.html", error, form=form)
    return go("/letter-sent")


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[
    index, sign_out_one, sign_out_others, passkey_form, passkey_challenge, add_passkey, remove_passkey,
    authenticator_form, confirm_authenticator, remove_authenticator, renew_codes, password_form, change_password,
    address_form, change_address,
])  # fmt: skip

"""Signing up, in and out; what a person chooses about themselves."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie

from app import secret, settings
from app.domain import accounts, age, credits
from app.errors import N_, DomainError, Invalid
from app.roles import Power
from app.routes import pages
from app.routes.pages import Http, go, inside, page, problems, signed_in, typed
from app.routes.security import cookie_name

AGE_COOKIE = "age"
AGE_LIFE = int(timedelta(hours=24).total_seconds())
YEAR = int(timedelta(days=365).total_seconds())


def _cookie(name: str, value: str, seconds: int, *, hidden: bool = True) -> Cookie:
    return Cookie(
        name, value=value, max_age=seconds, path="/", httponly=hidden, samesite="lax", secure=settings.get().secure
    )


def _age_seal(answer: str) -> str:
    """The answer and a seal, so that nobody edits a no into a yes. No date is kept."""
    nonce = secrets.token_hex(8)
    seal = hmac.new(secret.key(), f"age:{answer}:{nonce}".encode(), sha256).hexdigest()
    return f"{answer}.{nonce}.{seal}"


def _age_answer(request: Http) -> str:
    answer, _, rest = request.cookies.get(AGE_COOKIE, "").partition(".")
    nonce, _, seal = rest.partition(".")
    expected = hmac.new(secret.key(), f"age:{answer}:{nonce}".encode(), sha256).hexdigest()
    return answer if hmac.compare_digest(seal.encode(), expected.encode()) else ""


@get("/sign-up/age")
async def ask_age(request: Http, next: str = "") -> Response[Any]:
    if _age_answer(request) == "no":
        return await _too_young(request)
    return await page(request, "account/age.html", errors={}, form={}, next=inside(next, ""))


@post("/sign-up/age", status_code=200)
async def answer_age(request: Http) -> Response[Any]:
    form = await typed(request)
    if _age_answer(request) == "no":  # asked once: a second date does not change the first answer
        return await _too_young(request)
    try:
        year, month, day = (form.get(name, "") for name in ("birth_year", "birth_month", "birth_day"))
        old_enough = age.is_old_enough(year, month, day)
    except Invalid as error:
        errors = {"": problems(request, error)["birth"]}
        return await page(request, "account/age.html", 422, errors=errors, form=form, next=_target(form, ""))
    response = go(f"/sign-up?{urlencode({'next': _target(form, '')})}") if old_enough else await _too_young(request)
    response.set_cookie(_cookie(AGE_COOKIE, _age_seal("yes" if old_enough else "no"), AGE_LIFE))
    return response


async def _too_young(request: Http) -> Response[Any]:
    error = Invalid(N_("This studio is for people of 13 and older. Nothing about you was kept."))
    return await page(request, "error.html", 403, status=403, sentence=problems(request, error)[""])


@get("/sign-up")
async def sign_up_form(request: Http, next: str = "") -> Response[Any]:
    if _age_answer(request) != "yes":
        return go(f"/sign-up/age?{urlencode({'next': inside(next, '')})}")
    return await page(request, "account/sign_up.html", errors={}, form={}, next=inside(next, ""))


@post("/sign-up", status_code=200, limit="sign-up")
async def sign_up(request: Http) -> Response[Any]:
    if _age_answer(request) != "yes":
        return go("/sign-up/age")
    form = await typed(request)
    try:
        account = await accounts.sign_up(
            form.get("name", ""), form.get("email", ""), form.get("password", ""),
            form.get("default_visibility", ""), pages.language(request),
        )  # fmt: skip
    except DomainError as error:
        return await page(
            request, "account/sign_up.html", error.status, errors=problems(request, error), form=_kept(form),
            next=_target(form, ""),
        )  # fmt: skip
    await credits.grant_daily(account.id)
    return await _enter(request, account, _target(form, "/create"))


@get("/sign-in")
async def sign_in_form(request: Http, next: str = "") -> Response[Any]:
    return await page(request, "account/sign_in.html", errors={}, form={}, next=inside(next, ""))


@post("/sign-in", status_code=200, limit="sign-in")
async def sign_in(request: Http) -> Response[Any]:
    form = await typed(request)
    target = _target(form, "/create")
    try:
        account = await accounts.authenticate(form.get("email", ""), form.get("password", ""))
    except DomainError as error:
        errors = problems(request, error)
        return await page(request, "account/sign_in.html", 401, errors=errors, form=_kept(form), next=target)
    return await _enter(request, account, target)


async def _enter(request: Http, account: Any, target: str) -> Response[Any]:
    """A new token for every sign-in; whatever session this browser had before is closed."""
    if request.auth:
        await accounts.close_session(request.auth.id)
    token = await accounts.open_session(account.id, "browser")
    response = go(target)
    response.set_cookie(_cookie(cookie_name(), token, int(accounts.SESSION_LIFE.total_seconds())))
    # So that pages which know nobody, such as those at unknown addresses, speak the language too.
    response.set_cookie(_cookie("language", account.language, YEAR))
    response.set_cookie(_cookie("theme", account.theme, YEAR))
    return response


@post("/sign-out", status_code=200)
async def sign_out(request: Http) -> Response[Any]:
    if request.auth:
        await accounts.close_session(request.auth.id)
    response = go("/")
    response.set_cookie(_cookie(cookie_name(), "", 0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@get("/account", may=Power.MAKE)
async def account_form(request: Http, saved: bool = False) -> Response[Any]:
    signed_in(request)
    return await page(request, "account/index.html", errors={}, form={}, saved=saved)


@post("/account", status_code=200, may=Power.MAKE)
async def save_account(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    changes = {field: form[field] for field in ("name", "default_visibility") if field in form}
    try:
        await accounts.update(me.id, **changes)
    except DomainError as error:
        return await page(request, "account/index.html", error.status, errors=problems(request, error), form=form)
    return go("/account?saved=true")


@post("/preferences", status_code=200)
async def preferences(request: Http) -> Response[Any]:
    form = await typed(request)
    chosen = {field: form[field] for field in ("language", "theme") if form.get(field)}
    if chosen.get("language", "en") not in {"en", "ar"} or chosen.get("theme", "auto") not in {"auto", "light", "dark"}:
        raise Invalid(N_("This is not one of the choices."))
    if request.user:
        await accounts.update(request.user.id, **chosen)
    response = go(inside(form.get("next", "")))
    for field, value in chosen.items():
        response.set_cookie(_cookie(field, value, YEAR))
    return response


@get("/credits", may=Power.MAKE)
async def statement(request: Http) -> Response[Any]:
    me = signed_in(request)
    return await page(request, "credits.html", entries=await credits.statement(me.id))


def _target(form: dict[str, str], otherwise: str) -> str:
    """Where somebody wanted to go when they were asked who they are."""
    return inside(form.get("next", ""), otherwise)


def _kept(form: dict[str, str]) -> dict[str, str]:
    """What was typed comes back, the password does not."""
    return {name: value for name, value in form.items() if name != "password"}


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    ask_age, answer_age, sign_up_form, sign_up, sign_in_form, sign_in, sign_out,
    account_form, save_account, preferences, statement,
])  # fmt: skip

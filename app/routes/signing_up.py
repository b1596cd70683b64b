"""Signing up: the question of age, the form, and the letter that proves the address."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post

from app import settings
from app.domain import accounts, age, credits, letters, switches
from app.errors import N_, DomainError, Invalid
from app.roles import Power
from app.routes import agreed, arriving, entry, pages, sealed
from app.routes.pages import Http, form_page, go, inside, page, problems, typed

AGE_LIFE = int(timedelta(hours=24).total_seconds())


@get("/sign-up/age")
async def ask_age(request: Http, next: str = "") -> Response[Any]:
    await switches.must_be_on("sign-ups")
    if entry.age_answer(request) == "no":
        return await _too_young(request)
    return await form_page(request, "account/age.html", form={}, next=inside(next, ""))


@post("/sign-up/age", status_code=200)
async def answer_age(request: Http) -> Response[Any]:
    form = await typed(request)
    if entry.age_answer(request) == "no":  # asked once: a second date does not change the first answer
        return await _too_young(request)
    try:
        year, month, day = (form.get(name, "") for name in ("birth_year", "birth_month", "birth_day"))
        old_enough = age.is_old_enough(year, month, day)
    except Invalid as error:
        errors = {"": problems(request, error)["birth"]}
        return await form_page(
            request, "account/age.html", error, errors=errors, form=form, next=entry.target(form, "")
        )  # fmt: skip
    response = (
        go(f"/sign-up?{urlencode({'next': entry.target(form, '')})}") if old_enough else await _too_young(request)
    )
    answer = sealed.seal(entry.AGE_COOKIE, "yes" if old_enough else "no", AGE_LIFE)
    response.set_cookie(entry.cookie(entry.AGE_COOKIE, answer, AGE_LIFE))
    return response


async def _too_young(request: Http) -> Response[Any]:
    error = Invalid(N_("This studio is for people of 13 and older. Nothing about you was kept."))
    refused = await page(request, "error.html", 403, status=403, sentence=problems(request, error)[""])
    return await arriving.turn_away(request, refused)


@get("/sign-up")
async def form(request: Http, next: str = "") -> Response[Any]:
    if entry.age_answer(request) != "yes":
        return go(f"/sign-up/age?{urlencode({'next': inside(next, '')})}")
    if settings.get().by_clerk:
        return await arriving.form(request, inside(next, ""))
    return await form_page(request, "account/sign_up.html", form={}, next=inside(next, ""))


@post("/sign-up", status_code=200, limit="sign-up", way="local")
async def sign_up(request: Http) -> Response[Any]:
    """With a mail server, the same answer for every address; without one, straight in."""
    if entry.age_answer(request) != "yes":
        return go("/sign-up/age")
    form = await typed(request)
    who = (
        form.get("name", ""), form.get("email", ""), form.get("password", ""), form.get("default_visibility", ""),
        pages.language(request),
    )  # fmt: skip
    try:
        await switches.must_be_on("sign-ups")
        if settings.get().smtp_url:
            await letters.sign_up(*who)
            return go("/letter-sent")
        account = await accounts.sign_up(*who)
    except DomainError as error:
        return await form_page(
            request, "account/sign_up.html", error, form=entry.kept(form), next=entry.target(form, "")
        )  # fmt: skip
    await agreed.count(request, "sign_up")
    await credits.grant_daily(account.id)
    return await entry.enter(request, account, entry.target(form, "/create"), strong=False)


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[
    ask_age, answer_age, form, sign_up,
])  # fmt: skip

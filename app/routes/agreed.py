"""What this browser agreed to: a sealed cookie, and the browser's own signal (GPC), which counts as a no."""

from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.datastructures import Cookie

from app import i18n, secret, settings
from app.domain import consents, measuring, objecting
from app.models import Account, Question
from app.models.inventory import Purpose

COOKIE = "consent"
LIFE = 180 * 24 * 3600
GOOGLE = {
    "script-src": "https://www.googletagmanager.com",
    "connect-src": "https://www.googletagmanager.com https://*.google-analytics.com https://*.analytics.google.com",
    "img-src": "https://www.googletagmanager.com https://*.google-analytics.com",
}


class Agreed(NamedTuple):
    """`asked`: whether this browser has answered. `gpc`: it says no by itself, whatever was answered before."""

    analytics: bool = False
    asked: bool = False
    gpc: bool = False
    visitor: str = ""


def by(request: Request[Any, Any, Any]) -> Agreed:
    """A cookie that is broken, foreign or edited by hand is no answer."""
    account: Account | None = request.scope.get("user")
    may = account is None or objecting.may_use(account, Purpose.ANALYSE)
    gpc = "1" in request.headers.getall("sec-gpc", [])
    answer, _, visitor = secret.opened(COOKIE, request.cookies.get(COOKIE, "")).partition(".")
    asked = answer in {"yes", "no"} and bool(visitor)
    return Agreed(answer == "yes" and asked and not gpc and may, asked, gpc, visitor if asked else "")


def is_measured(agreed: Agreed) -> bool:
    return agreed.analytics and bool(settings.get().ga_measurement_id)


def question_for(agreed: Agreed) -> bool:
    """Nobody is asked about what this studio does not do, nor whose browser has answered for them."""
    return bool(settings.get().ga_measurement_id) and not agreed.asked and not agreed.gpc


async def keep(
    request: Request[Any, Any, Any], response: Response[Any], analytics: bool, *, language: str, source: str
) -> None:
    """The answer as an event for good, and as a cookie for the next page."""
    account: Account | None = request.scope.get("user")
    visitor = by(request).visitor or consents.stranger()
    await consents.decide(
        {Question.ANALYTICS: analytics}, wording(language), language=language, source=source,
        account_id=account.id if account else None, visitor=visitor,
    )  # fmt: skip
    value = secret.sealed(COOKIE, f"{'yes' if analytics else 'no'}.{visitor}")
    response.set_cookie(
        Cookie(COOKIE, value=value, max_age=LIFE, path="/", httponly=True, samesite="lax", secure=settings.get().secure)
    )
    if not analytics:
        for name in ("_ga", f"_ga_{settings.get().ga_measurement_id.removeprefix('G-')}"):
            response.set_cookie(Cookie(name, value="", max_age=0, path="/"))


async def honour_signal(request: Request[Any, Any, Any], response: Response[Any], language: str) -> None:
    """GPC is written down once a browser: from then on its cookie says no as well."""
    agreed = by(request)
    if agreed.gpc and settings.get().ga_measurement_id and not (agreed.asked and _says_no(request)):
        await keep(request, response, False, language=language, source="gpc")


async def count(request: Request[Any, Any, Any], step: str) -> None:
    """A step of a browser that said yes, before anybody is signed in with it."""
    if (mine := by(request)).analytics:
        await measuring.note(step, visitor=mine.visitor)


def wording(language: str) -> dict[str, str]:
    """The sentences as they are shown in a language."""
    return {purpose: i18n.spoken(text, language) for purpose, text in consents.WORDING.items()}


def _says_no(request: Request[Any, Any, Any]) -> bool:
    return secret.opened(COOKIE, request.cookies.get(COOKIE, "")).startswith("no.")

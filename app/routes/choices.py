"""Privacy choices: what may happen only with a yes, as easy to take back as to give. And what a browser keeps."""

from typing import Any

from litestar import Response, Router, get, post

from app import cookies, settings
from app.domain import consents
from app.errors import N_, Invalid
from app.models import Question
from app.roles import Power
from app.routes import agreed, pages
from app.routes.pages import Http, go, inside, page, signed_in, typed, viewer_id

ANSWERS = {"accept": True, "reject": False}


@get("/privacy/choices")
async def choices(request: Http, saved: bool = False) -> Response[Any]:
    mine = agreed.by(request)
    me = viewer_id(request)
    return await page(
        request, "privacy/choices.html", saved=saved, agreed=mine, wording=agreed.wording(pages.language(request)),
        measures=bool(settings.get().ga_measurement_id),
        letters=await consents.given(me, Question.MARKETING) if me else None,
        history=await consents.history(me, mine.visitor), bannerless=True,
    )  # fmt: skip


@post("/privacy/choices", status_code=200)
async def choose(request: Http) -> Response[Any]:
    form = await typed(request)
    answer = ANSWERS.get(form.get("analytics", ""))
    if answer is None:
        raise Invalid(N_("This is not one of the choices."))
    source = "banner" if form.get("from") == "banner" else "choices"
    response = go(inside(form.get("next", ""), "/privacy/choices?saved=true"))
    await agreed.keep(request, response, answer, language=pages.language(request), source=source)
    return response


@post("/privacy/choices/letters", status_code=200, may=Power.MAKE)
async def choose_letters(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    answer = ANSWERS.get(form.get("marketing", ""))
    if answer is None:
        raise Invalid(N_("This is not one of the choices."))
    language = pages.language(request)
    await consents.decide(
        {Question.MARKETING: answer}, agreed.wording(language), language=language, source="choices", account_id=me.id
    )
    return go("/privacy/choices?saved=true")


@get("/cookies")
async def kept(request: Http) -> Response[Any]:
    measures = bool(settings.get().ga_measurement_id)
    return await page(
        request, "privacy/cookies.html", kept=[each for each in cookies.KEPT if measures or not each.needs]
    )


@get("/.well-known/gpc.json")
async def gpc() -> dict[str, Any]:
    """Global Privacy Control, section 4: this site honours the signal."""
    return {"gpc": True, "lastUpdate": "2026-11-30"}


router = Router(
    "", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[choices, choose, choose_letters, kept, gpc]
)

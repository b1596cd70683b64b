"""Saying that something is wrong with a public piece, reading what was decided about one's own, and appealing."""

from typing import Any

from litestar import Response, Router, get, post

from app.domain import moderation, showing
from app.domain.grounds import GROUNDS
from app.errors import DomainError, NotFound
from app.models import Creation, Decision, Visibility
from app.roles import Power
from app.routes.pages import Http, form_page, go, language, page, signed_in, typed, uuid_of, viewer_id


@get("/c/{slug:str}/report", may=Power.LOOK)
async def ask(request: Http, slug: str) -> Response[Any]:
    return await _form(request, await _public(request, slug), {})


@post("/c/{slug:str}/report", status_code=200, limit="reports", may=Power.LOOK)
async def report(request: Http, slug: str) -> Response[Any]:
    creation, form = await _public(request, slug), await typed(request)
    try:
        number = await moderation.report(
            slug, form.get("ground", ""), form.get("text", ""), viewer_id=viewer_id(request),
            name=form.get("name", ""), address=form.get("email", ""), good_faith="good_faith" in form,
            language=language(request),
        )  # fmt: skip
    except DomainError as error:
        return await _form(request, creation, form, error)
    return await page(request, "moderation/reported.html", case_number=number)


async def _public(request: Http, slug: str) -> Creation:
    creation = await showing.get_visible(slug, viewer_id(request))
    if creation.visibility != Visibility.PUBLIC:
        raise NotFound
    return creation


async def _form(
    request: Http, creation: Creation, form: dict[str, str], error: DomainError | None = None
) -> Response[Any]:
    return await form_page(request, "moderation/report.html", error, creation=creation, grounds=GROUNDS, form=form)


@get("/decisions/{decision_id:str}", may=Power.MAKE)
async def show(request: Http, decision_id: str) -> Response[Any]:
    return await _decision(request, await moderation.get_decision(uuid_of(decision_id), signed_in(request).id))


@post("/decisions/{decision_id:str}/appeal", status_code=200, may=Power.MAKE)
async def appeal(request: Http, decision_id: str) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    decision = await moderation.get_decision(uuid_of(decision_id), me.id)
    try:
        await moderation.appeal(decision.id, me.id, form.get("text", ""), language(request))
    except DomainError as error:
        return await _decision(request, decision, form, error)
    return go(f"/decisions/{decision.id}")


async def _decision(
    request: Http, decision: Decision, form: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    return await form_page(
        request, "moderation/decision.html", error, decision=decision,
        ground=GROUNDS[decision.ground], appealed=await moderation.appealed(decision.id),
        piece=await moderation.get(decision.creation) if decision.creation else None,
        form=form or {},
    )  # fmt: skip


router = Router("", include_in_schema=False, route_handlers=[ask, report, show, appeal])

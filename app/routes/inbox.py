"""The staff's side of a case: what is due first, what was said, an answer."""

from typing import Any

from litestar import Response, Router, get, post

from app import i18n
from app.domain import cases, children, moderation
from app.domain.case_kinds import CANNED, KINDS
from app.errors import DomainError
from app.models import Case
from app.roles import MAY, Power, Role
from app.routes.pages import Http, form_page, go, number_of, page, signed_in, typed


@get("/admin/cases", may=Power.CASES)
async def index(request: Http, q: str = "", kind: str = "", which: str = "open", mine: bool = False) -> Response[Any]:
    me = signed_in(request)
    found = await cases.inbox(_powers(request), q, kind, which, me.id if mine else None)
    kinds = {name: each for name, each in KINDS.items() if each.power in _powers(request)}
    return await page(
        request, "admin/cases.html", cases=found, kinds=kinds, q=q, kind=kind, which=which, mine=mine
    )  # fmt: skip


@get("/admin/cases/{number:str}", may=Power.CASES)
async def show(request: Http, number: str, canned: str = "") -> Response[Any]:
    case = await cases.get_for_staff(number_of(number), _powers(request))
    text = i18n.spoken(CANNED[canned][1], case.language) if canned in CANNED else ""
    return await _case(request, case, {"text": text})


@post("/admin/cases/{number:str}/reply", status_code=200, may=Power.CASES)
async def reply(request: Http, number: str) -> Response[Any]:
    case, form = await cases.get_for_staff(number_of(number), _powers(request)), await typed(request)
    me = signed_in(request)
    try:
        if form.get("as") == "note":
            await cases.note(case.id, me.id, form.get("text", ""))
        else:
            await cases.reply(case.id, me.id, form.get("text", ""), close=form.get("as") == "close")
    except DomainError as error:
        return await _case(request, case, form, error)
    return go(f"/admin/cases/{number}")


@post("/admin/cases/{number:str}/take", status_code=200, may=Power.CASES)
async def take(request: Http, number: str) -> Response[Any]:
    case = await cases.get_for_staff(number_of(number), _powers(request))
    await cases.take(case.id, signed_in(request).id)
    return go(f"/admin/cases/{number}")


@post("/admin/cases/{number:str}/close", status_code=200, may=Power.CASES)
async def close(request: Http, number: str) -> Response[Any]:
    case = await cases.get_for_staff(number_of(number), _powers(request))
    await cases.close(case.id, signed_in(request).id)
    return go(f"/admin/cases/{number}")


@post("/admin/cases/{number:str}/child", status_code=200, may=Power.MODERATE)
async def close_childs_account(request: Http, number: str) -> Response[Any]:
    case, form = await cases.get_for_staff(number_of(number), _powers(request)), await typed(request)
    try:
        await children.close(form.get("handle", ""), signed_in(request).id, case.id, sure=form.get("sure") == "yes")
    except DomainError as error:
        return await _case(request, case, form, error)
    return go(f"/admin/cases/{number}")


async def _case(
    request: Http, case: Case, form: dict[str, str], error: DomainError | None = None
) -> Response[Any]:  # fmt: skip
    return await form_page(
        request, "admin/case.html", error, case=case, kinds=KINDS, canned=CANNED, form=form,
        piece=await moderation.piece_of(case), events=await cases.events_of(case.id, notes=True),
    )  # fmt: skip


def _powers(request: Http) -> set[str]:
    return {power.value for power in MAY[Role(signed_in(request).role)]}


router = Router(
    "",
    include_in_schema=False,
    route_handlers=[
        index,
        show,
        reply,
        take,
        close,
        close_childs_account,
    ],
)

"""Writing to us, with or without an account, and reading the answer."""

from typing import Any

from litestar import Response, Router, get, post

from app import settings
from app.domain import cases
from app.domain.case_kinds import KINDS
from app.errors import DomainError
from app.models import Case
from app.roles import Power
from app.routes.pages import Http, form_page, go, language, number_of, page, typed, viewer_id

ASKED_HERE = {name: kind for name, kind in KINDS.items() if kind.asked_here}


@get("/support", may=Power.LOOK)
async def ask(request: Http, kind: str = "") -> Response[Any]:
    return await _form(request, {"kind": kind})


@post("/support", status_code=200, limit="reports", may=Power.LOOK)
async def write(request: Http) -> Response[Any]:
    form, me = await typed(request), viewer_id(request)
    kind = form.get("kind", "")
    try:
        case = await cases.open_case(
            kind if kind in ASKED_HERE else "", form.get("title", ""), form.get("text", ""),
            account_id=me, address=form.get("email", ""), language=language(request),
        )  # fmt: skip
    except DomainError as error:
        return await _form(request, form, error)
    if case.account is None:
        # Whoever typed somebody's address does not get to read what is answered there: the key goes by mail only.
        return await page(request, "support/received.html", case=case)
    return go(f"/support/{case.number}")


async def _form(request: Http, form: dict[str, str], error: DomainError | None = None) -> Response[Any]:
    me = viewer_id(request)
    return await form_page(
        request, "support/index.html", error, kinds=ASKED_HERE, all_kinds=KINDS, form=form,
        cases=await cases.list_own(me) if me else [], contact=settings.get().contact_email,
    )  # fmt: skip


@get("/support/{number:str}", may=Power.LOOK)
async def show(request: Http, number: str, key: str = "") -> Response[Any]:
    return await _case(request, await cases.get_own(number_of(number), viewer_id(request), key), key)


@post("/support/{number:str}", status_code=200, limit="reports", may=Power.LOOK)
async def add(request: Http, number: str, key: str = "") -> Response[Any]:
    case, form = await cases.get_own(number_of(number), viewer_id(request), key), await typed(request)
    try:
        await cases.add(case.id, form.get("text", ""), viewer_id(request))
    except DomainError as error:
        return await _case(request, case, key, error, form)
    return go(f"/support/{case.number}" + (f"?key={key}" if key else ""))


async def _case(
    request: Http, case: Case, key: str, error: DomainError | None = None, form: dict[str, str] | None = None
) -> Response[Any]:
    return await form_page(
        request, "support/case.html", error, case=case, kinds=KINDS, key=key, events=await cases.events_of(case.id),
        form=form or {},
    )  # fmt: skip


router = Router("", include_in_schema=False, route_handlers=[ask, write, show, add])

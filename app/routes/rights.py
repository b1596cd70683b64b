"""Requests that the law gives people, with or without an account; and what Californians may ask, answered at once."""

from typing import Any

from litestar import Response, Router, get, post

from app import outbound
from app.domain import leaving, processing, requests
from app.errors import DomainError
from app.roles import Power
from app.routes.pages import Http, form_page, go, language, page, signed_in, typed, viewer_id

# Where a machine answers at once whoever is signed in.
AT_ONCE = {
    "access": "/privacy/center#copy", "portability": "/privacy/center#copy", "rectify": "/account",
    "erase": "/privacy/center/leave", "restrict": "/privacy/center#restrict", "object": "/privacy/center#object",
    "california": "/privacy/california",
}  # fmt: skip


@get("/privacy/request", may=Power.LOOK)
async def form(request: Http, kind: str = "") -> Response[Any]:
    return await _form(request, {"kind": kind})


@post("/privacy/request", status_code=200, limit="reports", may=Power.LOOK)
async def ask(request: Http) -> Response[Any]:
    form, me = await typed(request), viewer_id(request)
    try:
        case = await requests.ask(
            form.get("kind", ""), form.get("text", ""), account_id=me, address=form.get("email", ""),
            language=language(request),
        )  # fmt: skip
    except DomainError as error:
        return await _form(request, form, error)
    return go(f"/support/{case.number}") if me else await page(request, "support/received.html", case=case)


async def _form(request: Http, form: dict[str, str], error: DomainError | None = None) -> Response[Any]:
    return await form_page(request, "center/request.html", error, rights=requests.RIGHTS, form=form, at_once=AT_ONCE)


@get("/privacy/california", may=Power.MAKE)
async def california(request: Http) -> Response[Any]:
    """Categories, sources, purposes and recipients of this very person, as California's law wants them confirmed."""
    me = signed_in(request)
    held = {share.title for share in await leaving.plan(me.id) if share.rows}
    record = [each for each in processing.record() if each.title in held or each.table == "account"]
    return await page(request, "center/california.html", record=record, processors=outbound.in_use())


router = Router("", include_in_schema=False, route_handlers=[form, ask, california])

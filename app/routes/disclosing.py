"""The register of disclosures, for whoever looks after personal data: ask, agree, refuse, hand over."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Stream

from app.domain import disclosures, handing
from app.errors import DomainError
from app.roles import Power
from app.routes.pages import Http, form_of, form_page, freshly_signed_in, go, page, signed_in, typed, uuid_of

REGISTER = "/admin/disclosures"


@get(REGISTER)
async def register(request: Http) -> Response[Any]:
    freshly_signed_in(request)
    return await _register(request, {}, [])


@post(REGISTER, status_code=200)
async def ask(request: Http) -> Response[Any]:
    me, form = freshly_signed_in(request), await typed(request)
    scope = [value for value in (await form_of(request)).getall("scope", []) if isinstance(value, str)]
    try:
        asked = await disclosures.ask(
            me.id, form.get("whom", ""), form.get("authority", ""), form.get("basis", ""), scope,
            form.get("items", ""), form.get("silent_until", ""), form.get("silent_why", ""),
        )  # fmt: skip
    except DomainError as error:
        return await _register(request, form, scope, error)
    return go(f"{REGISTER}/{asked.id}")


@get(f"{REGISTER}/{{disclosure_id:str}}")
async def show(request: Http, disclosure_id: str) -> Response[Any]:
    return await _one(request, disclosure_id)


@post(f"{REGISTER}/{{disclosure_id:str}}/approve", status_code=200)
async def approve(request: Http, disclosure_id: str) -> Response[Any]:
    await disclosures.approve(uuid_of(disclosure_id), freshly_signed_in(request).id)
    return go(f"{REGISTER}/{disclosure_id}")


@post(f"{REGISTER}/{{disclosure_id:str}}/refuse", status_code=200)
async def refuse(request: Http, disclosure_id: str) -> Response[Any]:
    await disclosures.refuse(uuid_of(disclosure_id), freshly_signed_in(request).id)
    return go(f"{REGISTER}/{disclosure_id}")


@post(f"{REGISTER}/{{disclosure_id:str}}/hand-over", status_code=200)
async def hand_over(request: Http, disclosure_id: str) -> Stream:
    handed = await disclosures.hand_over(uuid_of(disclosure_id), freshly_signed_in(request).id)
    headers = {"Content-Disposition": f'attachment; filename="{handed.id}.zip"', "Cache-Control": "private, no-store"}
    return Stream(handing.pack(handed), media_type="application/zip", headers=headers)


async def _register(
    request: Http, form: dict[str, str], scope: list[str], error: DomainError | None = None
) -> Response[Any]:
    return await form_page(
        request, "admin/disclosures.html", error, disclosures=await disclosures.newest(),
        offered=disclosures.offered(), form=form, scope=scope,
    )  # fmt: skip


async def _one(request: Http, disclosure_id: str) -> Response[Any]:
    found = await disclosures.get(uuid_of(disclosure_id))
    mine = signed_in(request).id
    may_agree = not (found.agreed_at or found.refused_at) and mine not in (found.asked_by, found.first_by)
    return await page(request, "admin/disclosure.html", disclosure=found, may_agree=may_agree)


router = Router(
    "", opt={"may": Power.PROTECT}, include_in_schema=False,
    route_handlers=[register, ask, show, approve, refuse, hand_over],
)  # fmt: skip

"""The moderator's side: a piece with everything said and decided about it, and the decision."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.response import Stream

from app.domain import audit, library, moderation
from app.domain.grounds import GROUNDS
from app.errors import DomainError
from app.models import Outcome
from app.roles import Power
from app.routes.pages import Http, form_page, go, number_of, signed_in, typed, uuid_of
from app.routes.ranges import stream


@get("/admin/pieces/{creation_id:str}", may=Power.MODERATE)
async def show(request: Http, creation_id: str, case: str = "0") -> Response[Any]:
    return await _piece(request, creation_id, {"case": case})


@get("/admin/pieces/{creation_id:str}/picture", may=Power.MODERATE)
async def picture(request: Http, creation_id: str) -> Stream:
    """Also when it is private: who looked at what is not theirs is noted."""
    creation = await moderation.get(uuid_of(creation_id))
    await audit.note(signed_in(request).id, "moderation.look", f"creation:{creation.id}")
    headers = {"Cache-Control": "private, no-store"}
    return await stream(request, f"{library.folder(creation.id)}/full.webp", "image/webp", headers)


@post("/admin/pieces/{creation_id:str}/decide", status_code=200, may=Power.MODERATE)
async def decide(request: Http, creation_id: str) -> Response[Any]:
    form = await typed(request)
    try:
        await moderation.decide(
            uuid_of(creation_id), signed_in(request).id, form.get("outcome", ""), form.get("ground", ""),
            form.get("text", ""), number_of(form.get("case") or "0"),
        )  # fmt: skip
    except DomainError as error:
        if error.status == 404:
            raise
        return await _piece(request, creation_id, form, error)
    return go(f"/admin/pieces/{creation_id}")


async def _piece(
    request: Http, creation_id: str, form: dict[str, str], error: DomainError | None = None
) -> Response[Any]:
    creation = await moderation.get(uuid_of(creation_id))
    count, newest = await moderation.reports_of(creation.id)
    return await form_page(
        request, "admin/piece.html", error, creation=creation, grounds=GROUNDS, outcomes=list(Outcome),
        reports=newest, count=count, history=await moderation.history(creation.id), form=form,
    )  # fmt: skip


router = Router("", include_in_schema=False, route_handlers=[show, picture, decide])

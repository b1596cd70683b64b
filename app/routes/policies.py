"""The privacy policy: what counts now, every version before it, and what changed between them."""

from datetime import date
from typing import Any

from litestar import Response, Router, get

from app import materials, outbound, promises, settings
from app.domain import disclosures, policies, safekeeping
from app.domain.grounds import GROUNDS
from app.errors import NotFound
from app.roles import Power
from app.routes import pages
from app.routes.pages import Http, page


@get("/privacy")
async def show(request: Http) -> Response[Any]:
    spoken = pages.language(request)
    return await page(request, "privacy.html", text=await policies.in_force(spoken))


@get("/terms")
async def terms(request: Http) -> Response[Any]:
    rules = dict.fromkeys(ground.rule for ground in GROUNDS.values())
    return await page(request, "privacy/terms.html", rules=list(rules), undo_days=settings.get().undo_days)


@get("/privacy/processors")
async def processors(request: Http) -> Response[Any]:
    return await page(request, "privacy/processors.html", processors=outbound.in_use())


@get("/trust")
async def trust(request: Http) -> Response[Any]:
    drill, years = await safekeeping.newest("drill"), await disclosures.by_year()
    return await page(
        request,
        "privacy/trust.html",
        promises=promises.everything(),
        drill=drill,
        years=years,
        reviews=materials.reviews(),
    )


@get("/privacy/history")
async def history(request: Http) -> Response[Any]:
    found = await policies.versions(pages.language(request))
    return await page(request, "privacy/history.html", versions=found, today=policies.today())


@get("/privacy/history/{day:str}")
async def version(request: Http, day: str) -> Response[Any]:
    try:
        effective_on = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    text, changed = await policies.with_changes(effective_on, pages.language(request))
    return await page(request, "privacy/version.html", text=text, changes=changed, today=policies.today())


router = Router(
    "", opt={"may": Power.LOOK}, include_in_schema=False,
    route_handlers=[show, terms, trust, processors, history, version],
)  # fmt: skip

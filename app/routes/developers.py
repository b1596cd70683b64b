"""For those who write programs: how to begin, what is the same everywhere, and every operation of the API."""

from typing import Any

from litestar import Response, Router, get

from app import limits, settings
from app.domain import hooks, keys
from app.errors import N_
from app.roles import Power
from app.routes import reference
from app.routes.pages import Http, page

BUCKETS = {
    "api": N_("Everything together"),
    "generations": N_("Asking for pictures and songs"),
    "uploads": N_("Bringing files"),
    "search": N_("Searching"),
    "sockets": N_("Opening sockets"),
    "webhook-tests": N_("Trying out webhooks"),
}


@get("/developers")
async def guide(request: Http) -> Response[Any]:
    generous = settings.get().rate_limits
    spans = {name: (round(limits.BUCKETS[name].size * generous), limits.BUCKETS[name].seconds) for name in BUCKETS}
    return await page(
        request, "developers/index.html", reference=reference.of(request.app), scopes=keys.SCOPES,
        buckets=BUCKETS if generous else {}, spans=spans, events=hooks.EVENTS,
    )  # fmt: skip


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[guide])

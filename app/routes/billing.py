"""Credits as a person sees them: what there is, what it costs to have more, what became of it."""

import csv
import secrets
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.response import Redirect

from app import prices, stripe_api
from app.domain import allowance, credits, payments, settling
from app.domain.words import for_spreadsheet
from app.errors import DomainError, NotFound
from app.roles import Power
from app.routes.pages import Http, form_page, freshly_signed_in, go, is_fresh, page, signed_in, typed, uuid_of

COLUMNS = ("when", "what", "credits", "balance", "reference", "rate", "price_list")
LIMITS = (*allowance.FIELDS, "top_up_offer")


@get("/billing")
async def overview(request: Http, bought: str = "", saved: bool = False) -> Response[Any]:
    me = signed_in(request)
    await credits.grant_daily(me.id)
    arrived = await _arrived(request, bought) if bought else None
    # What was typed before somebody was asked whether it is them.
    form = {name: value for name, value in request.query_params.items() if name in LIMITS}
    context = await _context(request, form) | {"arrived": arrived, "saved": saved}
    return await form_page(request, "billing/index.html", **context)


@get("/credits", may=Power.LOOK)
async def credits_page(request: Http) -> Redirect:
    """The name that people guess."""
    return Redirect("/billing", status_code=308)


@post("/billing/buy", status_code=200, limit="payments")
async def buy(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    if not stripe_api.configured():
        raise NotFound
    try:
        address = await payments.buy(
            me, form.get("offer", ""), form.get("request_key", ""), bool(form.get("keep_card"))
        )
    except NotFound:
        raise
    except DomainError as error:
        return await form_page(request, "billing/index.html", error, **await _context(request, form))
    return await _leave(request, address)


@post("/billing/portal", status_code=200, limit="payments")
async def portal(request: Http) -> Response[Any]:
    """Cards are changed and plans are ended there: not by whoever finds a screen unlocked."""
    me = freshly_signed_in(request)
    if not stripe_api.configured():
        raise NotFound
    return await _leave(request, await payments.portal(me))


@post("/billing/limits", status_code=200)
async def limits(request: Http) -> Response[Any]:
    me, form = signed_in(request), await typed(request)
    if allowance.charges_anew(await allowance.of(me.id), form) and not is_fresh(request):
        kept = urlencode({name: form[name] for name in LIMITS if form.get(name)})
        return go(f"/is-it-you?{urlencode({'next': f'/billing?{kept}#limits'})}")
    try:
        await allowance.change(me.id, form, {offer.id for offer in prices.current().packs})
    except DomainError as error:
        return await form_page(request, "billing/index.html", error, **await _context(request, form))
    return go("/billing?saved=true#limits")


@get("/billing/statement.csv")
async def statement_file(request: Http) -> Response[bytes]:
    """Everything, oldest first, with the balance after each line."""
    me = signed_in(request)
    written, balance = StringIO(), 0
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for line in reversed(await credits.statement(me.id, 1_000_000)):
        balance += line["change"]
        told = (line["posted_at"].isoformat(), line["reason"], line["change"], balance, line["reference"],
                line["rate"] or "", line["price_list"] or "")  # fmt: skip
        rows.writerow([for_spreadsheet(each) for each in told])
    return Response(
        written.getvalue().encode("utf-8-sig"), media_type="text/csv",
        headers={"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="credits.csv"'},
    )  # fmt: skip


async def _context(request: Http, form: dict[str, str]) -> dict[str, Any]:
    me = signed_in(request)
    return {
        "entries": await credits.statement(me.id), "ending": await credits.ending(me.id),
        "held": await credits.held(me.id), "payments": await payments.of(me.id),
        "spending": await allowance.of(me.id), "spent": await allowance.spent_this_month(me.id),
        "prices": prices.current(), "selling": stripe_api.configured(), "request_key": secrets.token_urlsafe(12),
        "form": form, "arrived": None, "saved": False,
    }  # fmt: skip


async def _arrived(request: Http, bought: str) -> Any:
    """Back from paying: the webhook may be slower than the browser, so Stripe is asked. If it is slow too, the page
    says so, and the credits come by themselves."""
    me, payment = signed_in(request), await payments.get(uuid_of(bought))
    if payment.owner != me.id:
        raise NotFound
    if payment.status == "open" and stripe_api.configured():
        try:
            async with stripe_api.sentences():
                await settling.follow(payment.id)
        except DomainError:
            return payment
    return await payments.get(payment.id)


async def _leave(request: Http, address: str) -> Response[Any]:
    """A page in between, and no redirect: our rules forbid forms to lead to others', and people see where they go."""
    return await page(request, "billing/leaving.html", address=address)


router = Router("", opt={"may": Power.MAKE}, include_in_schema=False, route_handlers=[
    overview, credits_page, buy, portal, limits, statement_file,
])  # fmt: skip

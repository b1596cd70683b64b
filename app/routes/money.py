"""Money in and out, for whoever may bill."""

from typing import Any

from litestar import Response, Router, get, post

from app import stripe_api
from app.domain import books, payments, takings
from app.errors import DomainError, NotFound
from app.roles import Power
from app.routes.pages import Http, form_page, freshly_signed_in, go, page, typed, uuid_of


@get("/admin/money")
async def money(request: Http) -> Response[Any]:
    return await page(request, "admin/money.html", **await _context())


@get("/admin/money/{payment_id:str}/refund")
async def ask(request: Http, payment_id: str) -> Response[Any]:
    """A page of its own, which says what goes back; whoever bills proves here once more that it is them."""
    freshly_signed_in(request)
    payment = await payments.get(uuid_of(payment_id))
    return await form_page(request, "admin/refund.html", payment=payment, form={})


@post("/admin/money/{payment_id:str}/refund", status_code=200, limit="refunds")
async def refund(request: Http, payment_id: str) -> Response[Any]:
    me, form = freshly_signed_in(request), await typed(request)
    if not stripe_api.configured():
        raise NotFound
    payment = await payments.get(uuid_of(payment_id))
    try:
        await payments.refund(payment.id, form.get("because", ""), me.id)
    except DomainError as error:
        return await form_page(request, "admin/refund.html", error, payment=payment, form=form)
    return go("/admin/money")


async def _context() -> dict[str, Any]:
    latest = await takings.latest()
    days = await takings.by_day()
    return {
        "days": days, "most": max([1, *(max(day["sold"], day["returned"], day["earned"]) for day in days)]),
        "currencies": await takings.by_currency(), "books": await books.totals(), "book_names": books.NAMES,
        "payments": latest,
        "reasons": await takings.reasons([payment.id for payment in latest]),
    }  # fmt: skip


router = Router("", opt={"may": Power.BILL}, include_in_schema=False, route_handlers=[money, ask, refund])

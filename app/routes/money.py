"""Money in and out, for whoever may bill."""

from typing import Any

from litestar import Response, Router, get, post

from app import stripe_api
from app.domain import books, payments, takings
from app.errors import DomainError, NotFound
from app.roles import Power
from app.routes.pages import Http, go, page, problems, signed_in, typed, uuid_of


@get("/admin/money")
async def money(request: Http) -> Response[Any]:
    return await page(request, "admin/money.html", **await _context())


@post("/admin/money/{payment_id:str}/refund", status_code=200)
async def refund(request: Http, payment_id: str) -> Response[Any]:
    form = await typed(request)
    if not stripe_api.configured():
        raise NotFound
    try:
        await payments.refund(uuid_of(payment_id), form.get("because", ""), signed_in(request).id)
    except NotFound:
        raise
    except DomainError as error:
        told = problems(request, error)
        context = await _context() | {"errors": told, "wrong": payment_id}
        return await page(request, "admin/money.html", error.status, **context)
    return go("/admin/money")


async def _context() -> dict[str, Any]:
    latest = await takings.latest()
    days = await takings.by_day()
    return {
        "days": days, "most": max([1, *(max(day["sold"], day["returned"], day["earned"]) for day in days)]),
        "currencies": await takings.by_currency(), "books": await books.totals(), "payments": latest,
        "reasons": await takings.reasons([payment.id for payment in latest]), "errors": {}, "wrong": "",
    }  # fmt: skip


router = Router("", opt={"may": Power.BILL}, include_in_schema=False, route_handlers=[money, refund])

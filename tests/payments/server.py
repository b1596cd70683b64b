"""A bank that speaks Stripe's HTTP API on a socket, with a page to pay on; its webhooks are signed as Stripe's are."""

import asyncio
import json
import re
import time
from html import escape
from typing import Any

import httpx
import stripe
from litestar import Litestar, Request, Response, get, post, route
from litestar.response import Redirect

from tests.payments.bank import Bank, Refused, Thing

WEBHOOK_SECRET = "whsec_of_the_stand_in"
KEY = "sk_test_of_the_stand_in"
PAGE = """<!doctype html><html lang="en"><title>Pay</title><main><h1>{title}</h1><p id="total">{amount} {currency}</p>
<form method="post"><label>Card <input name="card" inputmode="numeric"></label>
<label>Code <input name="coupon"></label><p role="alert">{problem}</p><button name="do" value="pay">Pay</button></form>
<a href="{back}">Back</a></main></html>"""


class StandIn:
    """`lose` answers after doing what was asked, or be `silent`; `deliver` switches webhooks; `asked` keeps it all."""

    def __init__(self) -> None:
        self.bank = Bank()
        self.bank.told = self._told
        self.url = ""
        self.webhook_url = ""
        self.deliver = True
        self.lose = 0
        self.silent = 0
        self.asked: list[tuple[str, str]] = []
        self.delivering: set[asyncio.Task[None]] = set()
        self._answers: dict[str, tuple[str, int, Thing]] = {}
        self.app = Litestar([self_page(self), self_pay(self), self_api(self)], openapi_config=None, logging_config=None)

    def signed(self, event: Thing, at: float | None = None, secret: str = WEBHOOK_SECRET) -> tuple[str, dict[str, str]]:
        body = json.dumps(event)
        signature = stripe.WebhookSignature.generate_signature_header(body, secret, int(at or time.time()))
        return body, {"Stripe-Signature": signature, "Content-Type": "application/json"}

    def _told(self, event: Thing) -> None:
        if self.deliver and self.webhook_url:
            task = asyncio.ensure_future(self._send(event))
            self.delivering.add(task)
            task.add_done_callback(self.delivering.discard)

    async def _send(self, event: Thing) -> None:
        body, headers = self.signed(event)
        async with httpx.AsyncClient(timeout=30) as client:
            await client.post(self.webhook_url, content=body, headers=headers)

    def answer(self, method: str, path: str, form: Thing, query: Thing, key: str) -> tuple[int, Thing]:
        """With Stripe's memory for keys: the same answer again, or a refusal if something else is asked by it."""
        shape = json.dumps([method, path, form], sort_keys=True)
        if key and key in self._answers:
            known, status, body = self._answers[key]
            if known != shape:
                return 400, problem(Refused(400, "idempotency_error", "Keys can only be used with the same parameters"))
            return status, body
        try:
            status, body = 200, self._do(method, path, form, query)
        except Refused as refused:
            status, body = refused.status, problem(refused)
        if key:
            self._answers[key] = (shape, status, json.loads(json.dumps(body)))
        return status, body

    def _do(self, method: str, path: str, form: Thing, query: Thing) -> Thing:
        bank, [collection, *rest] = self.bank, path.split("/")
        match method, collection, rest:
            case "POST", "customers", []:
                return bank.new("customer", "cus", email=form["email"], metadata=form.get("metadata", {}))
            case "POST", "checkout", ["sessions"]:
                session = bank.open_session(form)
                session["url"] = f"{self.url}/pay/{session['id']}"
                return session
            case "GET", "checkout", ["sessions"]:
                return listed(bank.all("checkout.session", customer=query.get("customer")))
            case "POST", "billing_portal", ["sessions"]:
                bank.get(form["customer"], "customer")
                return bank.new("billing_portal.session", "bps", url=f"{self.url}/pay/portal")
            case "POST", "refunds", []:
                return bank.refund(form["payment_intent"], int(form["amount"]) if "amount" in form else None)
            case "POST", "payment_intents", []:
                return bank.charge_kept_card(form)
            case "GET", "payment_methods", []:
                return listed(bank.all("payment_method", customer=query.get("customer")))
            case "GET", "charges", []:
                return listed(bank.all("charge", customer=query.get("customer")))
            case "GET", "disputes", []:
                return listed(bank.all("dispute", payment_intent=query.get("payment_intent")))
            case "GET", "subscriptions", []:
                return listed(bank.all("subscription", customer=query.get("customer"), status=query.get("status")))
            case "GET", "invoice_payments", []:
                return listed(bank.all("invoice_payment", payment=query.get("payment")))
            case "GET", "events", []:
                since = int(query.get("created", {}).get("gte", 0))
                return listed([event for event in reversed(bank.events) if event["created"] >= since])
            case "GET", _, [*_, name]:
                return self._expanded(bank.get(name), query)
        raise Refused(404, "invalid_request_error", f"Unrecognized request URL ({method}: /v1/{path})")

    def _expanded(self, thing: Thing, query: Thing) -> Thing:
        wanted = query.get("expand", [])
        if "latest_charge" in wanted and thing.get("latest_charge"):
            return thing | {"latest_charge": self.bank.get(thing["latest_charge"])}
        return thing if "payments.data.payment" in wanted else {k: v for k, v in thing.items() if k != "payments"}


def listed(things: list[Thing]) -> Thing:
    return {"object": "list", "data": things, "has_more": False, "url": "/v1/list"}


def problem(refused: Refused) -> Thing:
    return {"error": {"type": refused.kind, "message": str(refused), "code": refused.code or None}}


def nested(pairs: list[tuple[str, str]]) -> Any:
    """`a[b][0]=c` to {"a": {"b": ["c"]}}, as Stripe's API reads forms."""
    found: Thing = {}
    for name, value in pairs:
        *path, last = re.findall(r"[^\[\]]+", name)
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return _lists(found)


def _lists(thing: Any) -> Any:
    if not isinstance(thing, dict):
        return thing
    thing = {name: _lists(value) for name, value in thing.items()}
    return list(thing.values()) if thing and all(name.isdigit() for name in thing) else thing


def self_api(self: StandIn) -> Any:
    @route("/v1/{path:path}", http_method=["GET", "POST", "DELETE"], status_code=200)
    async def api(request: Request[Any, Any, Any], path: str) -> Response[Any]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Response(problem(Refused(401, "invalid_request_error", "Invalid API Key")), status_code=401)
        form = nested([*(await request.form()).multi_items()]) if request.method == "POST" else {}
        query = nested([*request.query_params.multi_items()])
        key = request.headers.get("idempotency-key", "")
        self.asked.append((request.method, path.strip("/")))
        status, body = self.answer(request.method, path.strip("/"), form, query, key)
        if self.lose:
            self.lose -= 1
            status, body = 502, problem(Refused(502, "api_error", "The answer was lost"))
        if self.silent:
            self.silent -= 1
            while (await request.receive())["type"] != "http.disconnect":
                pass  # whoever asked waits, and gives up
        return Response(body, status_code=status, media_type="application/json")

    return api


def self_page(self: StandIn) -> Any:
    @get("/pay/{session_id:str}", media_type="text/html")
    async def page(session_id: str, problem: str = "") -> str:
        if session_id == "portal":
            return "<!doctype html><title>Portal</title><h1>Cards and invoices</h1>"
        session = self.bank.get(session_id)
        return PAGE.format(
            title=escape(session["title"]), amount=session["amount_total"], currency=session["currency"],
            back=escape(session["cancel_url"]), problem=escape(problem),
        )  # fmt: skip

    return page


def self_pay(self: StandIn) -> Any:
    @post("/pay/{session_id:str}", status_code=200)
    async def pay(request: Request[Any, Any, Any], session_id: str) -> Redirect:
        form = await request.form()
        try:
            session = self.bank.pay(session_id, str(form.get("coupon") or ""))
        except Refused as refused:
            return Redirect(f"/pay/{session_id}?problem={refused}", status_code=303)
        return Redirect(session["success_url"], status_code=303)

    return pay

"""What a payment service remembers: customers, sessions, payments, refunds, disputes, events.

Objects have the shape of Stripe's API 2026-10-28.endive, as far as the studio reads them. This knows no studio.
"""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

Thing = dict[str, Any]
COUPONS = {"HALF": 50, "FREE": 100}
"Percent off; each works once for each customer."


class Refused(Exception):
    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.code = status, kind, code


class Bank:
    def __init__(self, live: bool = False) -> None:
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.redeemed: set[tuple[str, str]] = set()
        self.declines = False
        "Whether cards kept for later are refused."
        self.card = "the one card"
        "What tells the card that is paid with from others."
        self.live = live
        self.told: Callable[[Thing], None] = lambda event: None
        self._numbers = itertools.count(1)

    def new(self, kind: str, prefix: str, **fields: Any) -> Thing:
        name = f"{prefix}_{'live' if self.live else 'test'}{next(self._numbers):012}"
        thing = {
            "id": name,
            "object": kind,
            "created": int(time.time()),
            "livemode": self.live,
            "metadata": {},
        } | fields
        self.things[name] = thing
        return thing

    def get(self, name: str, kind: str = "") -> Thing:
        thing = self.things.get(name)
        if thing is None or (kind and thing["object"] != kind):
            raise Refused(404, "invalid_request_error", f"No such {kind or 'object'}", "resource_missing")
        return thing

    def all(self, kind: str, **wanted: Any) -> list[Thing]:
        """Newest first, as Stripe lists them."""
        fits = [
            each
            for each in self.things.values()
            if each["object"] == kind and all(each.get(name) == value for name, value in wanted.items() if value)
        ]
        return fits[::-1]

    def tell(self, kind: str, thing: Thing) -> Thing:
        event = self.new(
            "event", "evt", type=kind, api_version="2026-10-28.endive", data={"object": json.loads(json.dumps(thing))}
        )
        self.events.append(event)
        self.told(event)
        return event

    # What the studio asks for.

    def open_session(self, asked: Thing) -> Thing:
        lines = asked["line_items"]
        prices = [line["price_data"] for line in lines]
        if any(int(price["unit_amount"]) <= 0 for price in prices):
            raise Refused(400, "invalid_request_error", "Invalid integer", "parameter_invalid_integer")
        amount = sum(
            int(price["unit_amount"]) * int(line["quantity"]) for price, line in zip(prices, lines, strict=True)
        )
        self.get(asked["customer"], "customer")
        return self.new(
            "checkout.session", "cs", mode=asked["mode"], customer=asked["customer"], asked=asked, status="open",
            client_reference_id=asked.get("client_reference_id"), metadata=asked.get("metadata", {}),
            payment_status="unpaid", amount_subtotal=amount, amount_total=amount, currency=prices[0]["currency"],
            payment_intent=None, invoice=None, subscription=None, success_url=asked["success_url"],
            cancel_url=asked["cancel_url"], title=prices[0]["product_data"]["name"],
        )  # fmt: skip

    def charge_kept_card(self, asked: Thing) -> Thing:
        amount, intent = int(asked["amount"]), self._intent(int(asked["amount"]), asked["currency"], asked)
        if self.declines:
            intent["status"] = "requires_payment_method"
            self.tell("payment_intent.payment_failed", intent)
            raise Refused(402, "card_error", "Your card was declined.", "card_declined")
        self._succeed(intent, amount)
        return intent

    def refund(self, intent_id: str, amount: int | None = None) -> Thing:
        charge = self.get(self.get(intent_id, "payment_intent")["latest_charge"])
        amount = amount or charge["amount"] - charge["amount_refunded"]
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise Refused(400, "invalid_request_error", "Too much", "charge_already_refunded")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund = self.new("refund", "re", amount=amount, payment_intent=intent_id, status="succeeded")
        self.tell("charge.refunded", charge)
        return refund

    # What people and their banks do.

    def pay(self, session_id: str, coupon: str = "") -> Thing:
        session = self.get(session_id, "checkout.session")
        if session["status"] != "open":
            raise Refused(400, "invalid_request_error", "This session is over")
        total = session["amount_subtotal"]
        if coupon:
            if coupon not in COUPONS or (coupon, session["customer"]) in self.redeemed:
                raise Refused(400, "invalid_request_error", "This code is invalid.", "coupon_expired")
            self.redeemed.add((coupon, session["customer"]))
            total = total * (100 - COUPONS[coupon]) // 100
        asked = session["asked"]
        session |= {
            "status": "complete",
            "amount_total": total,
            "payment_status": "paid" if total else "no_payment_required",
        }
        if session["mode"] == "subscription":
            plan = self.new(
                "subscription", "sub", customer=session["customer"], status="active", amount=session["amount_subtotal"],
                currency=session["currency"], metadata=asked["subscription_data"]["metadata"],
            )  # fmt: skip
            session |= {"subscription": plan["id"], "invoice": self.renew(plan["id"], "subscription_create")["id"]}
        elif total:
            data = asked.get("payment_intent_data", {}) | {"customer": session["customer"]}
            intent = self._intent(total, session["currency"], data)
            session["payment_intent"] = intent["id"]
            self._succeed(intent, total)
        self.tell("checkout.session.completed", session)
        return session

    def expire(self, session_id: str) -> None:
        session = self.get(session_id, "checkout.session")
        session["status"] = "expired"
        self.tell("checkout.session.expired", session)

    def renew(self, subscription_id: str, reason: str = "subscription_cycle") -> Thing:
        plan = self.get(subscription_id, "subscription")
        intent = self._intent(plan["amount"], plan["currency"], {"customer": plan["customer"]})
        self._succeed(intent, plan["amount"])
        invoice = self.new(
            "invoice", "in", status="paid", subtotal=plan["amount"], total=plan["amount"], currency=plan["currency"],
            billing_reason=reason, customer=plan["customer"],
            parent={
                "type": "subscription_details",
                "subscription_details": {"subscription": subscription_id, "metadata": plan["metadata"]},
            },
        )  # fmt: skip
        link = self.new(
            "invoice_payment", "inpay", invoice=invoice["id"], status="paid",
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
        )  # fmt: skip
        invoice["payments"] = {"object": "list", "data": [link], "has_more": False, "url": "/v1/invoice_payments"}
        self.tell("invoice.paid", invoice)
        return invoice

    def dispute(self, intent_id: str) -> Thing:
        charge = self.get(self.get(intent_id, "payment_intent")["latest_charge"])
        charge["disputed"] = True
        dispute = self.new(
            "dispute", "dp", amount=charge["amount"], charge=charge["id"], payment_intent=intent_id,
            status="needs_response",
        )  # fmt: skip
        self.tell("charge.dispute.created", dispute)
        return dispute

    def decide(self, dispute_id: str, status: str) -> None:
        dispute = self.get(dispute_id, "dispute")
        dispute["status"] = status
        self.tell("charge.dispute.closed", dispute)

    def _intent(self, amount: int, currency: str, asked: Thing) -> Thing:
        return self.new(
            "payment_intent", "pi", amount=amount, currency=currency, customer=asked.get("customer"),
            metadata=asked.get("metadata", {}), status="processing", latest_charge=None,
        )  # fmt: skip

    def _succeed(self, intent: Thing, amount: int) -> None:
        charge = self.new(
            "charge", "ch", amount=amount, amount_refunded=0, refunded=False, disputed=False, paid=True,
            currency=intent["currency"], payment_intent=intent["id"], receipt_url="https://pay.stripe.com/receipts/x",
            customer=intent["customer"], payment_method_details={"card": {"fingerprint": self.card}},
        )  # fmt: skip
        intent |= {"status": "succeeded", "latest_charge": charge["id"]}
        self.tell("payment_intent.succeeded", intent)

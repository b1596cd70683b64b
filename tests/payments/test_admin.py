"""Money in and out is for those who may bill, and for nobody else; what is given back has a reason on the record."""

import pytest
from litestar import Litestar

from app import limits
from app.domain import credits, payments, settling
from app.limits import Bucket
from tests.payments.conftest import Shop
from tests.people import Browser, Person, grow_old, staff


async def test_whoever_bills_sees_it_and_gives_back_with_a_reason(shop: Shop, web: Litestar):
    payment = await shop.pay()
    await settling.follow(payment.id)
    async with await staff(web, "billing") as clerk:
        page = await clerk.get("/admin/money")
        assert page.status_code == 200 and "$5.00" in page.text and "<rect" in page.text
        assert "With people" in page.text and ">credits<" not in page.text
        address = f"/admin/money/{payment.id}/refund"
        refused = await clerk.post(address, data={"because": " "})
        assert refused.status_code == 422 and "Say why" in refused.text

        assert (await clerk.post(address, data={"because": "Bought <twice>"})).status_code == 303

        page = (await clerk.get("/admin/money")).text
    assert "Bought &lt;twice&gt;" in page and "$5.00 returned" in page
    assert (await payments.get(payment.id)).refunded == 500
    assert await credits.balance(shop.alice.me) == 0


async def test_whoever_bills_proves_once_more_that_it_is_them(shop: Shop, web: Litestar):
    payment = await shop.pay()
    await settling.follow(payment.id)
    address = f"/admin/money/{payment.id}/refund"
    async with await staff(web, "billing") as clerk:
        form = await clerk.get(address)
        assert form.status_code == 200 and "Give $5.00 back" in form.text
        await grow_old(clerk.me)
        for answer in (await clerk.get(address), await clerk.post(address, data={"because": "Bought twice"})):
            assert answer.headers["location"].startswith("/is-it-you")
        assert (await payments.get(payment.id)).refunded == 0
        assert (await clerk.get("/admin/money")).status_code == 200


async def test_refunds_are_counted(shop: Shop, web: Litestar, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(limits.BUCKETS, "refunds", Bucket(2, 3600))
    payment = await shop.pay()
    async with await staff(web, "billing") as clerk:
        tried = [(await clerk.post(f"/admin/money/{payment.id}/refund")).status_code for _ in range(3)]
    assert tried == [422, 422, 429]


async def test_nobody_else_can_tell_that_it_exists(shop: Shop, bob: Person, visitor: Browser):
    payment = await shop.pay()
    await settling.follow(payment.id)
    for person in (bob, visitor):
        page, refund = await person.get("/admin/money"), await person.post(f"/admin/money/{payment.id}/refund")
        missing = await person.get("/admin/nothing")
        assert {page.status_code, refund.status_code} <= {404, 303, 401}
        assert person is visitor or (page.status_code, missing.status_code) == (404, 404)
    assert (await payments.get(payment.id)).refunded == 0

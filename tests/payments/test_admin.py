"""Money in and out is for those who may bill, and for nobody else; what is given back has a reason on the record."""

from litestar import Litestar

from app.domain import credits, payments, settling
from tests.payments.conftest import Shop
from tests.people import Browser, Person, staff


async def test_whoever_bills_sees_it_and_gives_back_with_a_reason(shop: Shop, web: Litestar):
    payment = await shop.pay()
    await settling.follow(payment.id)
    async with await staff(web, "billing") as clerk:
        page = await clerk.get("/admin/money")
        assert page.status_code == 200 and "$5.00" in page.text and "<rect" in page.text
        address = f"/admin/money/{payment.id}/refund"
        refused = await clerk.post(address, data={"because": " "})
        assert refused.status_code == 422 and "Say why" in refused.text

        assert (await clerk.post(address, data={"because": "Bought <twice>"})).status_code == 303

        page = (await clerk.get("/admin/money")).text
    assert "Bought &lt;twice&gt;" in page and "$5.00 returned" in page
    assert (await payments.get(payment.id)).refunded == 500
    assert await credits.balance(shop.alice.me) == 0


async def test_nobody_else_can_tell_that_it_exists(shop: Shop, bob: Person, visitor: Browser):
    payment = await shop.pay()
    await settling.follow(payment.id)
    for person in (bob, visitor):
        page, refund = await person.get("/admin/money"), await person.post(f"/admin/money/{payment.id}/refund")
        missing = await person.get("/admin/nothing")
        assert {page.status_code, refund.status_code} <= {404, 303, 401}
        assert person is visitor or (page.status_code, missing.status_code) == (404, 404)
    assert (await payments.get(payment.id)).refunded == 0

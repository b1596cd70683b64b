"""What the law lets people ask is answered in time: twice is once, staff hear of it, a sleeping scheduler is seen."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from litestar import Litestar

from app.domain import cases, requests
from app.domain.case_kinds import due
from app.errors import Conflict
from app.models import Case, CaseEvent, Notice
from app.roles import Role
from tests.people import Browser, Person, staff

pytestmark = pytest.mark.policy("P58")


async def test_asked_twice_even_at_the_same_moment_it_is_one_case(alice: Person):
    asked = await asyncio.gather(*[requests.ask("access", f"Please, {n}", account_id=alice.me) for n in range(8)])
    other = await requests.ask("rectify", "My name is wrong", account_id=alice.me)

    assert len({case.id for case in asked}) == 1 and other.id != asked[0].id
    assert await CaseEvent.count().where(CaseEvent.case_file == asked[0].id, CaseEvent.kind == "message") == 8
    assert await Notice.count().where(Notice.kind == "case.received", Notice.channel == "mail") == 2


async def test_without_an_account_the_letter_to_the_address_is_the_proof(visitor: Browser, alice: Person):
    form = {"kind": "erase", "email": "Dora@example.org", "text": "Please erase what you have of me."}
    sent = await visitor.post("/privacy/request", data=form)
    again = await visitor.post("/privacy/request", data=form | {"email": "dora@EXAMPLE.org"})

    assert (sent.status_code, again.status_code) == (200, 200)
    [case] = await Case.objects()
    [letter] = await Notice.objects().where(Notice.kind == "case.received")
    assert letter.address == "Dora@example.org" and cases.key_of(case) not in sent.text
    for person in (visitor, alice):
        assert (await person.get(f"/support/{case.number}")).status_code == 404
    assert (await visitor.get(f"/support/{case.number}?key={cases.key_of(case)}")).status_code == 200


@pytest.mark.parametrize("wrong", [{"kind": "everything"}, {"email": "nobody"}, {"text": " "}])
async def test_what_is_not_whole_comes_back_with_a_sentence_and_what_was_typed(visitor: Browser, wrong: dict[str, str]):
    form = {"kind": "access", "email": "dora@example.org", "text": "Please"} | wrong

    answer = await visitor.post("/privacy/request", data=form)

    assert answer.status_code == 422 and form["email"] in answer.text and "problem" in answer.text
    assert await Case.count() == 0


async def test_staff_hear_of_it_three_times_and_after_a_long_sleep_once(web: Litestar, alice: Person):
    officer = await staff(web, Role.DPO)
    case = await requests.ask("access", "Please", account_id=alice.me)

    async def told_at(days: float) -> int:
        for _ in range(2):
            await requests.remind(case.received_at + timedelta(days=days))
        return await Notice.count().where(
            Notice.account == officer.me, Notice.kind == "case.due", Notice.channel == "mail"
        )

    assert [await told_at(days) for days in (14, 15.1, 20, 22.6, 27.1, 29)] == [0, 1, 1, 2, 3, 3]

    late = await requests.ask("erase", "Please", account_id=alice.me)
    assert await requests.forgotten(late.received_at + timedelta(days=15)) == 0
    assert await requests.forgotten(late.received_at + timedelta(days=16.5)) == 1, "nobody reminds any more"
    assert await requests.remind(late.received_at + timedelta(days=28)) == 1
    assert await requests.forgotten(late.received_at + timedelta(days=16.5)) == 1
    assert await requests.forgotten(late.received_at + timedelta(days=29)) == 0


async def test_no_request_is_closed_without_an_answer(web: Litestar, alice: Person):
    officer = await staff(web, Role.DPO)
    case = await requests.ask("access", "Please", account_id=alice.me)

    with pytest.raises(Conflict):
        await cases.close(case.id, officer.me)


def test_the_day_is_the_earlier_of_thirty_days_and_a_calendar_month():
    first = date(2027, 1, 1)
    for number in range(4 * 366):
        day = first + timedelta(days=number)
        received = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        until = due("access", received)
        month_later = (day.year * 12 + day.month) % 12 + 1
        assert timedelta(days=28) <= until - received <= timedelta(days=30)
        assert until.date() == day + timedelta(days=30) or until.month == month_later


@pytest.mark.policy("P59")
@pytest.mark.policy("P35")
async def test_a_californian_reads_their_own_categories_at_once(alice: Person, visitor: Browser):
    page = (await alice.get("/privacy/california")).text

    assert "Nothing of it was sold" in page and "Your account" in page and "Stripe" in page
    assert "Uploads" not in page, "only what is really held"
    assert (await visitor.get("/privacy/california")).headers["location"].startswith("/sign-in")

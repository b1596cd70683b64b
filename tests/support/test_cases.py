"""Alice writes, gets a number and a day, and an answer; Bob and whoever typed her address read nothing of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app import settings
from app.domain import cases, notices
from app.domain.case_kinds import KINDS, due, month_after
from app.models import Case, CaseEvent, Notice
from app.workers import post
from tests.notices.conftest import post_office  # noqa: F401
from tests.notices.mail_server import MailServer
from tests.people import Browser, Person, staff
from tests.routes.reading import read

WROTE = {"kind": "question", "title": "The song stops", "text": "It ends after a minute."}


@pytest.mark.policy("P02")
@pytest.mark.policy("P17")
async def test_she_asks_and_is_answered(alice: Person, bob: Person, web, post_office: MailServer):  # noqa: F811
    sent = await alice.post("/support", data=WROTE)
    address = sent.headers["location"]
    number = address.rsplit("/", 1)[1]
    sam = await staff(web, "support")
    inbox = await sam.get("/admin/cases")
    await sam.post(f"/admin/cases/{number}/reply", data={"text": "It is mended.", "as": "close"})
    await post.deliver()

    assert "The song stops" in inbox.text
    assert [str(message["Subject"]) for message in post_office.to(alice.account.email)] == [
        f"We have your message: case {number}", f"An answer to your case {number}",
    ]  # fmt: skip
    page = await alice.get(address)
    assert "It is mended." in page.text and "It ends after a minute." in page.text
    assert (await bob.get(address)).status_code == 404
    assert (await bob.post(address, data={"text": "mine"})).status_code == 404


@pytest.mark.policy("P17")
async def test_without_an_account_the_key_goes_by_mail_only(visitor: Browser, post_office: MailServer):  # noqa: F811
    sent = await visitor.post("/support", data=WROTE | {"email": "carol@example.org"})
    await post.deliver()

    assert sent.status_code == 200 and "key=" not in sent.text
    [message] = post_office.to("carol@example.org")
    body = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    [address] = re.findall(re.escape(settings.get().base_url) + r"(/support/\d+\?key=\w+)", body)
    assert "It ends after a minute." in (await visitor.get(address)).text
    assert (await visitor.get(address[:-1])).status_code == 404
    assert (await visitor.get(address.partition("?")[0])).status_code == 404


async def test_notes_stay_among_the_staff(alice: Person, web):
    address = (await alice.post("/support", data=WROTE)).headers["location"]
    sam = await staff(web, "support")
    await sam.post(f"/admin/cases/{address.rsplit('/', 1)[1]}/reply", data={"text": "looks angry", "as": "note"})

    assert "looks angry" not in (await alice.get(address)).text
    assert "looks angry" in (await sam.get(f"/admin/cases/{address.rsplit('/', 1)[1]}")).text


@pytest.mark.policy("P17")
async def test_no_case_is_closed_without_an_answer(alice: Person, web):
    address = (await alice.post("/support", data=WROTE)).headers["location"]
    number = address.rsplit("/", 1)[1]
    sam = await staff(web, "support")

    early = await sam.post(f"/admin/cases/{number}/close")
    await sam.post(f"/admin/cases/{number}/reply", data={"text": "Soon.", "as": "reply"})
    then = await sam.post(f"/admin/cases/{number}/close")
    await alice.post(address, data={"text": "It still stops."})

    assert (early.status_code, then.status_code) == (409, 303)
    [row] = await Case.objects()
    assert (row.state, row.closed_at) == ("open", None), "who writes again is heard again"


async def test_support_sees_no_requests_about_data(web, alice: Person):
    await cases.open_case("access", "", "Everything, please.", account_id=alice.me)
    [case] = await Case.objects()
    sam, dana = await staff(web, "support"), await staff(web, "dpo")

    assert (await sam.get(f"/admin/cases/{case.number}")).status_code == 404
    assert "A copy of my data" in (await dana.get("/admin/cases")).text
    assert (await dana.get(f"/admin/cases/{case.number}")).status_code == 200


async def test_the_inbox_finds_by_number_words_and_lateness(web, alice: Person):
    first = await cases.open_case("question", "A red fox", "100% of it", account_id=alice.me)
    second = await cases.open_case("payment", "The sea", "blue", account_id=alice.me)
    await Case.update({Case.due_at: datetime.now(UTC) - timedelta(hours=1)}).where(Case.id == second.id)
    powers = {"cases"}

    async def numbers(**wanted) -> list[int]:
        return [row["number"] for row in await cases.inbox(powers, **wanted)]

    assert await numbers() == [second.number, first.number], "what is late comes first"
    assert await numbers(q=f"#{first.number}") == [first.number]
    assert await numbers(q="100%") == [first.number] and await numbers(q="%") == [first.number]
    assert await numbers(q="BLUE", kind="payment") == [second.number]
    assert await numbers(kind="access") == [] and await numbers(q="\0") and await numbers(q="9" * 50) == []
    page = await (await staff(web, "support")).get("/admin/cases")
    assert "late" in page.text


@pytest.mark.parametrize(("wrong", "problem"), [
    ({"kind": "access"}, "This is not one of the choices."), ({"kind": "\u202e"}, "This is not one of the choices."),
    ({"text": " \u200b\n "}, "Write a few words."), ({"text": "x" * 10_001}, "At most 10,000 characters fit."),
    ({"title": "x" * 201}, "At most 200 characters fit."),
    ({"email": "no address"}, "This does not look like an e-mail address."),
    ({"email": "a@example.org\r\nBcc: eve@example.org"}, "This does not look like an e-mail address."),
])  # fmt: skip
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(visitor: Browser, wrong, problem: str):
    typed = WROTE | {"email": "carol@example.org"} | wrong
    answer = await visitor.post("/support", data=typed)

    assert answer.status_code == 422 and read(answer).problems == [problem]
    kept = read(answer).fields
    assert all(kept[name].split() == typed[name].split() for name in ("title", "text"))
    assert await Case.count() == await Notice.count() == 0


async def test_a_card_number_is_not_kept(alice: Person):
    address = (await alice.post("/support", data=WROTE | {"text": "4242 4242 4242 4242 and 1234567890123"})).headers[
        "location"
    ]

    assert "•••• 4242 and 1234567890123" in (await alice.get(address)).text
    assert "4242 4242" not in str(await CaseEvent.select())


async def test_hostile_words_stay_words(alice: Person, web):
    evil = "<script>alert(1)</script>\u202eabc {number} %(x)s"
    address = (await alice.post("/support", data=WROTE | {"title": evil, "text": evil})).headers["location"]
    sam = await staff(web, "support")

    for page in (await alice.get(address), await sam.get(f"/admin/cases/{address.rsplit('/', 1)[1]}")):
        assert page.status_code == 200 and "<script>alert" not in page.text and "\u202e" not in page.text
    await sam.post(f"/admin/cases/{address.rsplit('/', 1)[1]}/reply", data={"text": evil, "as": "reply"})
    assert (await alice.get("/notices")).status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "x", "٣", "9" * 30, "1' OR '1"])
async def test_numbers_that_never_were(alice: Person, web, number: str):
    assert (await alice.get(f"/support/{number}")).status_code == 404
    assert (await (await staff(web, "support")).get(f"/admin/cases/{number}")).status_code == 404


def test_the_clock_of_every_day_of_four_years():
    """P58: thirty days or a calendar month, whichever ends first."""
    day = datetime(2024, 1, 1, 23, 59, tzinfo=UTC)
    while day.year < 2028:
        month = month_after(day)
        assert (month.month - day.month) % 12 == 1 and month > day
        assert month.day == day.day or (month + timedelta(days=1)).month != month.month
        assert due("access", day) == min(day + timedelta(days=30), month)
        day += timedelta(days=1)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_waits_longer_than_a_month(kind: str):
    received = datetime(2026, 1, 31, tzinfo=UTC)

    assert received < due(kind, received) <= received + timedelta(days=28)


async def test_she_is_told_behind_the_bell_too(alice: Person):
    await alice.post("/support", data=WROTE)

    assert await notices.unread(alice.me) == 1

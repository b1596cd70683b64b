"""A year goes by in a second: who falls silent is asked four times, closed, and two weeks later erased."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain import credits, idling, leaving, staying, sweeping
from app.models import Account, AuditEvent, IdleNotice, Notice, Payment, Session, Sweep
from tests.people import Browser, Person, account

pytestmark = pytest.mark.policy("P49")

START = datetime(2026, 1, 1, 3, tzinfo=UTC)


async def silent_since(name: str, moment: datetime, **columns: object) -> UUID:
    person = await account(name)
    await Account.update({Account.last_active_at: moment, **columns}).where(Account.id == person.id)
    return person.id


async def nights(first: int, last: int, comes: dict[int, UUID] | None = None) -> None:
    for day in range(first, last + 1):
        now = START + timedelta(days=day)
        if comes and day in comes:
            await staying.note(comes[day], now - timedelta(hours=1))
        await idling.sweep(now)
        await leaving.carry_on()


async def told_on(account_id: UUID) -> list[int]:
    rows = await IdleNotice.objects().where(IdleNotice.account == account_id).order_by(IdleNotice.told_at)
    return [(row.told_at - START).days for row in rows]


async def state(account_id: UUID) -> str:
    found = await Account.objects().get(Account.id == account_id)
    return "erased" if not found.email else found.withheld_why or "there"


async def test_a_year_of_nights(clean):
    silent, late, paying, staff = [await silent_since(name, START) for name in ("Ada", "Ben", "Cleo", "Dan")]
    faithful = await silent_since("Eve", START)
    await credits.bring_in(paying, 100, "purchase", "pay:1")
    await Account.update({Account.role: "admin"}).where(Account.id == staff)
    # Ben comes back on the day before the end; Eve looks in once a month.
    comes = {89: late} | {day: faithful for day in range(0, 365, 30)}

    await nights(0, 89, comes)
    assert await told_on(silent) == [60, 76, 83, 89] and await state(silent) == "there"
    assert await Notice.count().where(Notice.account == silent, Notice.kind == "privacy.inactive") == 8, "two channels"
    await nights(90, 103)
    assert await state(silent) == "idle"
    await nights(104, 104)
    assert await state(silent) == "erased"
    await nights(105, 365, comes)

    assert await state(late) == "erased", "he fell silent again, and was asked again"
    assert [await state(each) for each in (paying, staff, faithful)] == ["there"] * 3
    assert await told_on(paying) == await told_on(staff) == await told_on(faithful) == []


async def test_a_running_plan_is_not_closed_and_one_that_ended_is(clean):
    """The card is charged each month, to the third; whatever it brought was spent long ago."""
    subscriber = await silent_since("Ada", START)
    for month in range(3):
        paid_at = START + timedelta(days=30 * month)
        await Payment.insert(Payment(
            owner=subscriber, kind="plan", offer="atelier", credits=12_000, amount=1000, currency="usd", status="paid",
            charged=1000, created_at=paid_at, paid_at=paid_at,
        ))  # fmt: skip

    await nights(0, 121)
    assert await told_on(subscriber) == [] and await state(subscriber) == "there"

    await nights(122, 151)
    assert await told_on(subscriber) == [122, 138, 145, 151]
    await nights(152, 166)
    assert await state(subscriber) == "erased"


async def test_the_same_night_twice_asks_nobody_twice(clean):
    silent = await silent_since("Ada", START)

    for _ in range(3):
        await nights(60, 60)

    assert await told_on(silent) == [60]


async def test_after_a_long_sleep_of_the_scheduler_there_is_still_a_month(clean):
    silent = await silent_since("Ada", START - timedelta(days=400))

    await nights(0, 29)
    assert await told_on(silent) == [0, 16, 23, 29] and await state(silent) == "there"
    await nights(30, 44)

    assert await state(silent) == "erased"


async def test_one_press_and_it_stays_even_when_it_was_closed_already(alice: Person, visitor: Browser):
    long_ago = datetime.now(UTC) - timedelta(days=95)
    await Account.update({Account.last_active_at: long_ago}).where(Account.id == alice.me)
    link = f"/stay/{staying.token_of(alice.me, long_ago)}"
    await idling.withhold(alice.me, idling.Why.IDLE)

    assert (await visitor.get(link)).status_code == 200
    assert await state(alice.me) == "idle", "a mail program that looks at links presses nothing"
    assert (await visitor.post(link)).status_code == 200

    assert await state(alice.me) == "there"
    assert (await visitor.post(link)).status_code == 404, "good for one silence"
    assert (await visitor.post("/stay/" + link[6:-1] + "x")).status_code == 404


async def test_whoever_does_something_is_there(alice: Person):
    before = datetime.now(UTC) - timedelta(days=95)
    await Account.update({Account.last_active_at: before}).where(Account.id == alice.me)
    await idling.withhold(alice.me, idling.Why.IDLE)

    await alice.get("/library")

    found = await Account.objects().get(Account.id == alice.me)
    assert datetime.now(UTC) - found.last_active_at < timedelta(minutes=1) and await state(alice.me) == "there"


@pytest.mark.policy("P48")
async def test_too_many_in_one_night_are_a_mistake_until_somebody_allows_it(clean):
    people = [await silent_since(f"P{number}", START) for number in range(12)]
    await nights(60, 89)

    await nights(90, 91)
    assert [await state(each) for each in people] == ["there"] * 12
    assert await Sweep.count().where(Sweep.stopped.eq(True)) == 2

    assert await sweeping.allow("idle accounts")
    await nights(92, 92)
    assert [await state(each) for each in people] == ["idle"] * 12


@pytest.mark.policy("P48")
async def test_a_day_past_its_limit_is_gone_and_a_day_before_is_there(alice: Person):
    now = datetime.now(UTC)
    for days in (364, 366):
        await AuditEvent(actor=alice.me, action=f"{days}", subject="x", at=now - timedelta(days=days)).save()
    await Session.update({Session.expires_at: now - timedelta(days=31)}).where(Session.account == alice.me)

    for _ in range(2):
        await sweeping.sweep(now)

    assert await AuditEvent.select(AuditEvent.action).output(as_list=True) == ["364"]
    assert await Session.count() == 0

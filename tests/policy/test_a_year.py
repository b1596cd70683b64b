"""A year goes by, a day at a time, with every duty of every night; then nobody is missing and nothing is left over.

A day passes by making everything that has happened a day older: so it has for whoever asks the database's clock, and
for whoever asks the machine's.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar
from piccolo.columns import Timestamptz

from app import retention, settings, storage
from app.domain import (
    cases,
    credits,
    errands,
    leaving,
    library,
    requests,
    sessions,
    staying,
    sweeping,
    takeout,
    uploads,
    withholding,
)
from app.domain.withheld import Why
from app.models import (
    TABLES,
    Account,
    AuditEvent,
    Case,
    ConsentEvent,
    Creation,
    Errand,
    IdleNotice,
    Letter,
    Measured,
    Notice,
    Session,
    Spending,
    Sweep,
    Takeout,
    Upload,
    inventory,
)
from app.roles import Role
from app.workers import housekeeping
from tests.people import account, creation, staff
from tests.policy.conftest import Elsewhere
from tests.routes.scene import uploaded

pytestmark = pytest.mark.policy("P48", "P49", "P50", "P53", "P55", "P58")

NIGHTS = 370
DUTIES = (
    housekeeping.sweep, housekeeping.clear_orphans, housekeeping.keep_no_longer, housekeeping.remind,
    housekeeping.give_up, housekeeping.see_off, housekeeping.pack, housekeeping.count, housekeeping.seal,
)  # fmt: skip
MOMENTS = {
    table._meta.tablename: [each._meta.name for each in table._meta.columns if isinstance(each, Timestamptz)]
    for table in TABLES
}
A_DAY = "; ".join(
    f'UPDATE "{name}" SET ' + ", ".join(f'"{each}" = "{each}" - interval \'1 day\'' for each in moments)
    for name, moments in MOMENTS.items()
    if moments
)


async def a_day_passes(connection: asyncpg.Connection) -> None:
    """The rows that nobody may change do not notice either."""
    await connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {A_DAY}; COMMIT")


async def a_night(connection: asyncpg.Connection) -> list[str]:
    """Every duty once. In the morning somebody looks at what was stopped and lets it run. Returns what that was."""
    before = await Sweep.count()
    for duty in DUTIES:
        await duty({})
    if await Sweep.count() == before:
        return []
    stopped = await Sweep.select(Sweep.what).where(Sweep.stopped.eq(True), Sweep.allowed.eq(False))
    names = {row["what"] for row in stopped}
    return [name for name in names if await sweeping.allow(name)]


async def state(account_id: UUID) -> str:
    found = await Account.objects().get(Account.id == account_id)
    return "gone" if found is None or not found.email else found.withheld_why or "there"


async def lived(name: str) -> UUID:
    """Somebody with a piece, an upload, a session and an answer about cookies."""
    who = await account(name)
    await creation(who.id, f"the piece of {name}")
    await uploaded(who.id)
    await sessions.begin(who.id, "browser", address="203.0.113.7")
    await ConsentEvent.insert(ConsentEvent(account=who.id, purpose="analytics", granted=False, wording="x",
                                           language="en", source="choices"))  # fmt: skip
    await AuditEvent.insert(AuditEvent(actor=who.id, action="first.day", subject="x", at=datetime.now(UTC)))
    return who.id


async def too_old() -> dict[str, int]:
    """Rows that are held for longer than retention.toml says, of whatever table and class; a night is granted."""
    found: dict[str, int] = {}
    for table in TABLES:
        for column, kind in inventory.columns(table):
            limit = retention.classes()[kind.kept]
            if not (limit.days and limit.swept):
                continue
            ages: Any = table._meta.get_column_by_name(table.ages_from)  # type: ignore[attr-defined]
            old = ages < datetime.now(UTC) - timedelta(days=limit.days + 1)
            whole = {each.kept for _, each in inventory.columns(table)} == {kind.kept}
            if whole and (rows := await table.count().where(old)):
                found[f"{table._meta.tablename}.{column._meta.name}"] = rows
    return found


async def over() -> dict[str, int]:
    """What says by itself when it ends, and is still there a day later."""
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    undo = now - timedelta(days=settings.get().undo_days + 1)
    left = {
        "uploads": await Upload.count().where(Upload.keep_until < yesterday),
        "copies": await Takeout.count().where(Takeout.keep_until < yesterday),
        "letters": await Letter.count().where(Letter.expires_at < yesterday),
        "deleted pieces": await Creation.count().where(Creation.deleted_at < undo),
        "steps": await Measured.count(),
        "errands": await Errand.count().where(Errand.done_at.is_null()),
        "raw addresses": await Session.count().where(Session.seen_at < now - timedelta(days=31),
                                                     Session.address != "", Session.address.not_like("%/%")),
    }  # fmt: skip
    return {what: rows for what, rows in left.items() if rows}


async def test_a_year_of_nights_with_everybody_in_it(web: Litestar, clean: None, stripe: Elsewhere):
    await storage.delete_all("")
    silent, late, paying, faithful, held, leaver = [
        await lived(name) for name in ("Ada", "Ben", "Cleo", "Eve", "Ivy", "Fay")
    ]
    officer = (await staff(web, Role.DPO)).me
    await credits.bring_in(paying, 100, "purchase", "pay:1")
    await Spending.insert(Spending(owner=leaver, customer="cus_7"))
    asked = await requests.ask("access", "Please", address="dora@example.org")
    question = await cases.open_case("question", "", "Hello?", account_id=faithful)
    deleted = await creation(faithful, "not this one")
    await library.delete(deleted.id, faithful)
    await Measured.insert(Measured(account=faithful, name="purchase"))
    comes = {89: late, **dict.fromkeys(range(0, NIGHTS, 30), faithful)}
    seen: dict[int, list[str]] = {}

    connection = await asyncpg.connect(settings.get().database_url)
    try:
        for day in range(NIGHTS):
            if day in comes:
                await staying.note(comes[day], datetime.now(UTC))
            if day == 3:
                await withholding.withhold(held, Why.RESTRICTED)
            if day == 8:
                await cases.reply(question.id, officer, "Here we are.", close=True)
            if day == 10:
                await takeout.ask(faithful)
            if day == 40:
                await stripe.leave()
                await leaving.begin(leaver)
            if day == 43:
                assert await Errand.count().where(Errand.done_at.is_null()) == 1 and await state(leaver) == "gone"
                await stripe.come()
            await a_night(connection)
            if day in {11, 42, 92, 105}:
                seen[day] = [await state(each) for each in (silent, late, faithful, leaver)]
            if day == 11:
                assert (await Takeout.objects().first()).ready_at, "the copy was made in the night"
            await a_day_passes(connection)
        await a_night(connection)
    finally:
        await connection.close()

    assert seen == {
        11: ["there"] * 4, 42: ["there", "there", "there", "gone"], 92: ["idle", "there", "there", "gone"],
        105: ["gone", "there", "there", "gone"],
    }  # fmt: skip
    ends = [await state(each) for each in (silent, late, paying, faithful, held, officer)]
    assert ends == ["gone", "gone", "there", "there", "restricted", "there"]
    assert await too_old() == {} and await over() == {}
    await nobody_lost_anything_else(paying, faithful, held, leaver)
    await the_request_was_not_forgotten(asked, officer)
    assert await IdleNotice.count() == 0, "of Ada's and Ben's silences nothing is left"
    assert await errands.run() == 0 and await Errand.count().where(Errand.subject != "") == 0


async def nobody_lost_anything_else(paying: UUID, faithful: UUID, held: UUID, leaver: UUID) -> None:
    pieces = await Creation.select(Creation.owner, Creation.id)
    assert sorted(str(row["owner"]) for row in pieces) == sorted(map(str, (paying, faithful, held)))
    for row in pieces:
        assert len(await storage.keys(library.folder(row["id"]))) >= 4
    assert {key.split("/")[1] for key in await storage.keys("creations")} == {str(row["id"]) for row in pieces}
    assert await storage.keys("uploads") == await storage.keys("takeouts") == []
    assert await Upload.count() == 0 and await uploads.list_own(faithful) == []
    assert await ConsentEvent.count() == 6, "proofs of a choice are kept for three years"
    assert await AuditEvent.count().where(AuditEvent.action == "first.day") == 0
    [receipt] = await Errand.objects()
    assert receipt.receipt == "200 req_7" and await credits.balance(paying) == 100
    assert await state(leaver) == "gone"


async def the_request_was_not_forgotten(asked: Case, officer: UUID) -> None:
    case = await cases.get(asked.id)
    assert case.state == "open" and case.answered_at is None, "no night closes what nobody answered"
    stages = await Case.raw("SELECT text FROM case_event WHERE case_file = {} AND kind = 'state' ORDER BY at", asked.id)
    assert [row["text"] for row in stages] == ["reminded 50", "reminded 75", "reminded 90"]
    assert await Notice.count().where(Notice.account == officer) == 0, "and the notices themselves are over"

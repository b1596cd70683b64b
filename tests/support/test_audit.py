"""Whatever is changed in the log, or taken out of it, is found."""

import asyncpg
import pytest

from app.domain import audit
from app.models import AuditEvent
from tests.people import Person, creation
from tests.services import run_app


async def links(count: int = 5) -> None:
    for number in range(count):
        await audit.note(None, "test.happened", f"thing:{number}", how="well")
    assert await audit.seal() == count


async def broken() -> list[int]:
    return [each.number async for each in audit.verify()]


async def rewrite(sql: str) -> None:
    """As somebody could who owns the database."""
    await AuditEvent.raw("ALTER TABLE audit_event DISABLE TRIGGER audit_is_permanent")
    try:
        await AuditEvent.raw(sql)
    finally:
        await AuditEvent.raw("ALTER TABLE audit_event ENABLE TRIGGER audit_is_permanent")


async def test_what_people_do_is_in_the_chain(alice: Person):
    piece = await creation(alice.me)
    await alice.post(f"/creations/{piece.id}/visibility", data={"visibility": "private"})
    await audit.seal()

    [event] = await AuditEvent.objects().where(AuditEvent.action == "creation.visibility")
    assert event.number and event.hash and await broken() == []


async def test_sealing_twice_goes_on_where_it_ended(clean: None):
    await links(3)
    assert await audit.seal() == 0
    await links(2)

    assert await broken() == []
    assert [row["number"] for row in await AuditEvent.select().order_by(AuditEvent.number)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("sql", "found"), [
    ("UPDATE audit_event SET subject = 'thing:9' WHERE number = 3", [3]),
    ("UPDATE audit_event SET detail = jsonb_build_object('how', 'badly') WHERE number = 1", [1]),
    ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE number = 5", [5]),
    ("UPDATE audit_event SET hash = repeat('a', 64) WHERE number = 2", [2, 3]),
    ("DELETE FROM audit_event WHERE number = 3", [4]),
    ("DELETE FROM audit_event WHERE number <= 2", []),
])  # fmt: skip
async def test_what_was_changed_is_found(clean: None, sql: str, found: list[int]):
    await links()
    await rewrite(sql)

    assert await broken() == found


async def test_the_database_itself_refuses_to_rewrite(clean: None):
    await links()

    with pytest.raises(asyncpg.RaiseError):
        await AuditEvent.raw("UPDATE audit_event SET subject = 'x' WHERE number = 1")


async def test_the_command_says_so(clean: None):
    await links()
    fine = run_app("audit", "verify")
    await rewrite("UPDATE audit_event SET action = 'test.forged' WHERE number = 2")
    forged = run_app("audit", "verify")

    assert (fine.returncode, fine.stdout) == (0, "Every link fits.\n")
    assert forged.returncode == 1 and "event 2: it was changed" in forged.stdout

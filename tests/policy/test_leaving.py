"""Alice leaves: hidden at once, gone within a minute, the books still add up, and whoever is killed begins again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app import storage
from app.domain import credits, leaving, library, showing, takeout
from app.domain.people import personal_tables, theirs
from app.models import Account, Creation, Leaving, LedgerEntry, inventory
from app.models.inventory import Erasure
from tests.people import Browser, Person, asked, creation, finished
from tests.services import run_app

pytestmark = [pytest.mark.policy("P50"), pytest.mark.policy("P55")]


STAYING = {
    table._meta.tablename
    for table in personal_tables()
    if Erasure.STAYS in {kind.erasure for _, kind in inventory.columns(table)}
}


async def lived(alice: Person, bob: Person) -> Creation:
    _, [piece] = await finished(alice.me)
    await library.share(piece.id, alice.me, 7)
    theirs = await creation(bob.me, "bob's")
    await showing.like(theirs.slug, alice.me, True)
    await takeout.make(await takeout.ask(alice.me))
    return piece


async def left_of(person: Person) -> dict[str, list[dict[str, object]]]:
    """All rows that still lead to her."""
    return {
        table._meta.tablename: found
        for table in personal_tables()
        if (found := await table.select().where(theirs(table, person.me)))
    }


def holds_nothing(rows: dict[str, list[dict[str, object]]], person: Person) -> bool:
    return not any(word in str(rows) for word in (person.account.email, person.account.name, "red fox"))


async def test_hidden_and_signed_out_at_once_and_gone_when_it_ends(alice: Person, bob: Person, visitor: Browser):
    piece = await lived(alice, bob)
    copy = await takeout.newest(alice.me)
    forming = await asked(alice.me)
    balance, books = await credits.balance(alice.me), await LedgerEntry.count()

    assert (await visitor.get("/api/v1/me", headers=alice.key)).status_code == 200

    await leaving.begin(alice.me)

    assert (await visitor.get("/api/v1/me", headers=alice.key)).status_code == 401
    assert (await visitor.get(f"/c/{piece.slug}")).status_code == 404
    assert (await visitor.get(f"/m/{piece.media_key}/thumb.webp")).status_code == 404
    assert (await alice.get("/library")).headers["location"].startswith("/sign-in")

    assert await leaving.carry_on() == 1

    rows = await left_of(alice)
    assert rows.keys() <= STAYING and holds_nothing(rows, alice)
    assert copy and not [key for key in await storage.keys("") if str(piece.id) in key or str(copy.id) in key]
    assert await credits.balance(alice.me) == balance + forming.cost and await LedgerEntry.count() > books
    gone = await Leaving.objects().get(Leaving.account == alice.me)
    assert gone and gone.finished_at - gone.asked_at < timedelta(minutes=1)
    assert len(await left_of(bob)) > 3, "nobody else lost anything"


@pytest.mark.policy("P04")
async def test_every_column_does_what_it_says_of_itself(alice: Person, bob: Person):
    """What the columns declare is what happens, table by table."""
    await lived(alice, bob)
    before = await left_of(alice)

    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    after = await left_of(alice)
    for table in personal_tables():
        kinds = {column._meta.name: kind.erasure for column, kind in inventory.columns(table)}
        name = table._meta.tablename
        if Erasure.STAYS not in kinds.values():
            assert name not in after, name
            continue
        for was, now in zip(before.get(name, []), after.get(name, []), strict=False):
            assert {key for key in kinds if was[key] == now[key]} >= {
                key for key, kind in kinds.items() if kind == Erasure.STAYS
            }


@pytest.mark.policy("P30")
async def test_what_goes_and_what_stays_until_when_is_told_before(alice: Person, bob: Person):
    await lived(alice, bob)

    shares = {share.title: share for share in await leaving.plan(alice.me)}

    assert shares["Pictures and songs"].rows == 1 and shares["Pictures and songs"].stays_until is None
    books = shares["Movements of credits"]
    assert books.rows and books.stays_until and books.stays_until > datetime.now(UTC) + timedelta(days=3640)


@pytest.mark.parametrize("step", range(12))
async def test_whoever_is_killed_begins_again(alice: Person, bob: Person, step: int):
    """Ended at every await that talks to the database or the storage, as a killed process would be."""
    await lived(alice, bob)
    await leaving.begin(alice.me)

    await ended_after(step, leaving.finish(alice.me))
    assert await leaving.carry_on() in {0, 1}

    assert (await left_of(alice)).keys() <= STAYING
    assert await Leaving.count().where(Leaving.finished_at.is_not_null()) == 1


async def ended_after(switches: int, verb: object) -> None:
    """Let it come to its n-th pause and no further."""
    task = asyncio.ensure_future(verb)  # type: ignore[arg-type]
    for _ in range(switches * 4):
        await asyncio.sleep(0)
        if task.done():
            return
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.policy("P44")
async def test_a_backup_brings_nobody_back(alice: Person, bob: Person):
    await lived(alice, bob)
    account, rows = alice.account, await Creation.objects().where(Creation.owner == alice.me)
    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    # What restoring an older base backup does: her rows are here again, and nothing here knows that she left.
    await Leaving.delete(force=True)
    await Account.raw(
        "UPDATE account SET email = {}, name = {}, withheld_at = NULL, withheld_why = '' WHERE id = {}",
        account.email, account.name, alice.me,
    )  # fmt: skip
    for row in rows:
        row.generation = None
        row._exists_in_db = False
        await row.save()
    assert await leaving.replay() == 1

    assert await Creation.count().where(Creation.owner == alice.me) == 0
    assert holds_nothing(await left_of(alice), alice)
    assert await leaving.replay() == 0


async def test_from_the_terminal(alice: Person, bob: Person, services):
    await lived(alice, bob)

    asked_first = run_app("erase", alice.account.email)
    assert asked_first.returncode != 0 and await Account.exists().where(Account.email == alice.account.email)

    done = run_app("erase", alice.account.email, "--yes")

    assert done.returncode == 0 and "Movements of credits" in done.stdout, done.stderr
    assert (await left_of(alice)).keys() <= STAYING
    again = run_app("erase", alice.account.email, "--yes")
    assert again.returncode == 1 and "There is no such account." in again.stderr

"""What is written down when Alice uses the studio: what she does herself, hers to read, and with an end."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from app.domain import sweeping
from app.domain.people import personal_tables, theirs
from app.models import Account, Notice, Session
from tests.people import Person, creation
from tests.policy.test_taking_out import contents, packed

pytestmark = pytest.mark.policy("P11")

PAGES = ("/", "/explore", "/explore?q=fox", "/create", "/library", "/account", "/account/security", "/privacy/center")


async def rows_of(person: Person) -> dict[str, int]:
    return {table._meta.tablename: await table.count().where(theirs(table, person.me)) for table in personal_tables()}


async def test_looking_leaves_no_record_and_a_like_leaves_one(alice: Person, bob: Person):
    piece = await creation(bob.me)
    await alice.get("/create")  # the day's credits are granted
    before = await rows_of(alice)

    for path in (*PAGES, f"/c/{piece.slug}", f"/u/{bob.account.handle}"):
        assert (await alice.get(path)).status_code == 200
    looked = await rows_of(alice)
    await alice.post(f"/c/{piece.slug}/like", data={"liked": "1"})
    liked = await rows_of(alice)

    assert looked == before
    assert liked == before | {"creation_like": 1, "policy_seen": 1}, "the like, and that she went on under the policy"


async def test_she_reads_what_was_recorded(alice: Person, bob: Person):
    piece = await creation(bob.me)
    await alice.post(f"/c/{piece.slug}/like", data={"liked": "1"})
    found = contents(await packed(alice), "csv/")

    [like] = csv.DictReader(io.StringIO(found["csv/creation_like.csv"].decode()))
    [session] = csv.DictReader(io.StringIO(found["csv/session.csv"].decode()))
    assert like["creation"] == str(piece.id) and session["seen_at"]


async def test_records_end_on_their_day(alice: Person):
    """A session thirty days after it ended, a notice after ninety: a day before it is there, a day after it is not."""
    now = datetime.now(UTC)
    for days in (29, 31):
        await Session.raw(
            "INSERT INTO session (id, account, token_sha256, label, proved_at, expires_at)"
            " VALUES (gen_random_uuid(), {}, {}, 'old', now(), {})",
            alice.me, f"old {days}", now - timedelta(days=days),
        )  # fmt: skip
    for days in (89, 91):
        await Notice.insert(
            Notice(account=alice.me, channel="app", kind="money.receipt", facts='{"credits": 1}', due_at=now,
                   created_at=now - timedelta(days=days))
        )  # fmt: skip

    await sweeping.sweep(now)

    kept = await Session.select(Session.token_sha256).where(Session.label == "old").output(as_list=True)
    assert kept == ["old 29"]
    [notice] = await Notice.objects().where(Notice.account == alice.me)
    assert (now - notice.created_at).days == 89
    assert await Account.exists().where(Account.id == alice.me)

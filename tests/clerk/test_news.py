"""What Clerk tells counts when it is signed, lately, and newer than what was heard; what it never told is found."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.domain import clerk_news, leaving
from app.models import Account, Heard, Identity, Leaving, Notice, Session, Sweep
from app.workers import gatehouse
from tests.clerk.conftest import Way
from tests.clerk.server import StandIn, Thing, now_ms
from tests.people import Person, creation

pytestmark = pytest.mark.policy("P39")
ALICE, NEW, NEWER = "alice@example.org", "alice@new.example", "alice@newer.example"


@pytest.fixture
async def user(way: Way, clerk: StandIn) -> Thing:
    """Alice, who has come in by Clerk."""
    made = clerk.add(ALICE)
    assert (await way.sign_up(made)).headers["location"] == "/create"
    return made


async def alice() -> Account:
    [found] = await Account.objects()
    return found


async def test_her_new_address_is_hers_here_and_the_old_one_hears_of_it(way: Way, clerk: StandIn, user: Thing):
    assert await way.tell("user.updated", clerk.move(user, NEW)) == 200

    assert (await alice()).email == NEW
    assert {each.subject for each in await Identity.objects() if each.provider == "local"} == {NEW}
    assert ALICE in {each.address for each in await Notice.objects().where(Notice.kind == "security.address")}


async def test_out_of_order_the_newer_one_counts(way: Way, clerk: StandIn, user: Thing):
    newer = clerk.move(user, NEWER, at=now_ms() + 9000)
    older = clerk.move(user, NEW, at=now_ms() + 5000)

    assert await way.tell("user.updated", newer) == 200
    assert await way.tell("user.updated", older) == 200
    assert await way.tell("user.created", user) == 200

    assert (await alice()).email == NEWER


async def test_twice_is_once(way: Way, clerk: StandIn, user: Thing):
    body = clerk.message("user.updated", clerk.move(user, NEW))
    headers = clerk.signed(body, name="msg_1")

    assert [await way.knock(body, headers) for _ in range(3)] == [200, 200, 200]

    assert await Heard.count() == 1
    assert await Notice.count().where(Notice.kind == "security.address", Notice.address == ALICE) == 1


async def test_an_unverified_address_and_one_that_is_somebody_s_stay_where_they_are(
    way: Way, clerk: StandIn, user: Thing, bob: Person
):
    assert await way.tell("user.updated", clerk.move(user, NEW, verified=False)) == 200
    assert await way.tell("user.updated", clerk.move(user, bob.account.email, at=now_ms() + 9000)) == 200

    assert {each.email for each in await Account.objects()} == {ALICE, bob.account.email}


async def test_nobody_comes_to_be_by_a_message(way: Way, clerk: StandIn):
    assert await way.tell("user.created", clerk.add(ALICE)) == 200
    assert await way.tell("user.updated", clerk.add("bob@example.org")) == 200
    assert await way.tell("user.deleted", {"id": "user_of_nobody", "deleted": True}) == 200
    assert await way.tell("organization.created", {"id": "org_1"}) == 200

    assert await Account.count() == 0 and await Identity.count() == 0


async def test_deleted_there_is_erased_here_with_all_of_it(way: Way, clerk: StandIn, user: Thing):
    made = await creation((await alice()).id)
    del clerk.users[user["id"]]

    assert await way.tell("user.deleted", {"id": user["id"], "object": "user", "deleted": True}) == 200

    assert (await way.browser.get("/library")).status_code == 303
    assert (await way.browser.get(f"/c/{made.slug}")).status_code == 404
    assert await leaving.carry_on() == 1 and (await alice()).email == ""


@pytest.mark.parametrize("kind", ["session.revoked", "session.ended", "session.removed"])
async def test_a_session_that_ended_there_ends_here_and_no_other(
    way: Way, clerk: StandIn, user: Thing, bob: Person, kind: str
):
    [mine] = await Session.objects().where(Session.outside != "")

    assert await way.tell(kind, clerk.sessions[mine.outside] | {"status": "revoked"}) == 200

    assert (await way.browser.get("/library")).status_code == 303
    assert (await bob.get("/library")).status_code == 200
    assert await way.tell(kind, {"id": "", "object": "session"}) == 200
    assert (await bob.get("/library")).status_code == 200, "an empty name is nobody's"


async def test_forged_old_and_foreign_messages_leave_no_trace(way: Way, clerk: StandIn, user: Thing):
    body = clerk.message("user.deleted", {"id": user["id"]})
    headers = clerk.signed(body)
    without = {name: value for name, value in headers.items() if name != "svix-signature"}
    moment = str(int(time.time()) + 7)

    for wrong in (
        clerk.signed(body, secret="whsec_b3RoZXI="), clerk.signed(body, at=time.time() - 301),
        clerk.signed(body, at=time.time() + 301), without, without | {"svix-signature": "v1,"},
        without | {"svix-signature": headers["svix-signature"].replace("v1,", "v1a,")},
        headers | {"svix-id": "msg_other"}, headers | {"svix-timestamp": moment}, headers | {"svix-timestamp": "-1"},
        headers | {"svix-timestamp": "nan"}, headers | {"svix-id": ""},
    ):  # fmt: skip
        assert await way.knock(body, wrong) == 400
    assert await way.knock(body.replace("deleted", "updated"), headers) == 400

    assert await Heard.count() == 0 and await Leaving.count() == 0
    several = headers | {"svix-signature": f"v1,b3RoZXI= {headers['svix-signature']} v2,x"}
    assert await way.knock(body, several) == 200, "one of several is enough"
    assert await Leaving.count() == 1


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "{}", '{"type": 5, "data": {}}', '{"type": "user.updated", "data": []}',
     '{"type": "user.updated", "data": {"id": null}}', '{"type": "user.deleted", "data": "x"}', "\x00", "[" * 5000],
)  # fmt: skip
async def test_signed_nonsense_is_refused(way: Way, clerk: StandIn, body: str):
    assert await way.knock(body, clerk.signed(body)) == 400
    assert await Heard.count() == 0


async def test_the_night_finds_what_no_message_told(way: Way, clerk: StandIn, user: Thing):
    clerk.move(user, NEW)
    assert await clerk_news.reconcile() == (1, 0)
    assert (await alice()).email == NEW

    del clerk.users[user["id"]]
    clerk.add("somebody@else.example")
    assert await clerk_news.reconcile() == (0, 1)

    assert await Leaving.count() == 1 and await Account.count() == 1


async def test_it_reads_page_by_page(way: Way, clerk: StandIn, user: Thing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.clerk.api.PAGE", 2)
    for number in range(4):
        clerk.add(f"{number}@example.org")

    assert await clerk_news.reconcile() == (0, 0)
    assert len([each for each in clerk.asked if each.startswith("GET /v1/users?")]) == 3


async def test_a_clerk_that_has_lost_everybody_takes_nobody_with_it(way: Way, clerk: StandIn, user: Thing):
    """As with the keys of another application."""
    for number in range(12):
        await way.browser.post("/sign-out")
        await way.sign_up(clerk.add(f"{number}@example.org"))
    clerk.users.clear()

    assert await clerk_news.reconcile() == (0, 0)

    assert await Leaving.count() == 0
    [stopped] = await Sweep.objects()
    assert (stopped.what, stopped.found, stopped.stopped) == ("identity clerk", 13, True)


async def test_a_revoked_session_ends_though_its_message_was_lost(way: Way, clerk: StandIn, user: Thing, bob: Person):
    [mine] = await Session.objects().where(Session.outside != "")
    assert await clerk_news.look_after_sessions() == 0
    clerk.silent = True
    assert await clerk_news.look_after_sessions() == 0, "silence ends nothing"
    clerk.silent = False
    clerk.sessions[mine.outside]["status"] = "revoked"

    assert await clerk_news.look_after_sessions() == 1

    assert (await way.browser.get("/library")).status_code == 303
    assert (await bob.get("/library")).status_code == 200


async def test_whoever_has_been_away_is_not_asked_about(way: Way, clerk: StandIn, user: Thing):
    await Session.update({Session.seen_at: datetime.now(UTC) - timedelta(hours=1)}).where(Session.outside != "")
    asked = len(clerk.asked)

    assert await clerk_news.look_after_sessions() == 0 and len(clerk.asked) == asked


async def test_the_duties_of_the_night_do_that_and_wait_out_a_silence(way: Way, clerk: StandIn, user: Thing):
    await way.tell("organization.created", {"id": "org_1"})
    await Heard.update({Heard.at: datetime.now(UTC) - clerk_news.REMEMBERED}).where(Heard.id != "")
    clerk.silent = True
    await gatehouse.reconcile({})
    await gatehouse.look_after_sessions({})
    assert await Account.count() == 1 and await Session.count() == 1 and await Heard.count() == 0

    clerk.silent = False
    clerk.move(user, NEW)
    await gatehouse.reconcile({})
    assert (await alice()).email == NEW

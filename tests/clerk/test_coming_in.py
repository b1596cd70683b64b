"""Who Clerk says somebody is, they are here: after the question of age, by a verified address, in their own browser."""

from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from app.domain import accounts, errands, leaving, letters, sessions
from app.models import TABLES, Account, ApiKey, Creation, Errand, Identity, Letter, LetterPurpose, Session, inventory
from tests.clerk.conftest import OLD_ENOUGH, TOO_YOUNG, Way
from tests.clerk.server import StandIn
from tests.people import PASSWORD, Browser, Person, creation
from tests.routes.reading import read

pytestmark = pytest.mark.policy("P39")
ALICE = "alice@example.org"


@pytest.mark.policy("P05")
async def test_somebody_new_answers_the_question_chooses_and_is_in(way: Way, clerk: StandIn, visitor: Browser):
    user = clerk.add(ALICE, "أليس Maker")
    arrived = await way.come(user, "/library")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/sign-up")
    assert await Account.count() == 0, "nobody is anybody before the question of age"
    assert (await visitor.get("/sign-up")).headers["location"].startswith("/sign-up/age")
    await visitor.post("/sign-up/age", data=OLD_ENOUGH)
    form = read(await visitor.get("/sign-up"))
    assert form.fields["name"] == "أليس Maker" and "password" not in form.fields

    entered = await visitor.post("/sign-up/clerk", data={"name": "Alice", "default_visibility": "private"})

    assert (entered.status_code, entered.headers["location"]) == (303, "/library")
    assert (await visitor.get("/library")).status_code == 200
    [alice] = await Account.objects()
    assert (alice.name, alice.email, alice.default_visibility) == ("Alice", ALICE, "private")
    assert {(each.provider, each.subject, each.secret) for each in await Identity.objects()} == {
        ("clerk", user["id"], ""), ("local", ALICE, ""),
    }  # fmt: skip


async def test_whoever_has_an_account_is_in_at_once_and_where_they_wanted_to_be(way: Way, clerk: StandIn):
    user = clerk.add(ALICE)
    await way.sign_up(user)
    [before] = await Session.objects()

    again = await way.come(user, "/create?prompt=ثعلب")

    assert again.headers.get("location") == "/create?prompt=%D8%AB%D8%B9%D9%84%D8%A8", again.text
    [after] = await Session.objects()
    assert after.id != before.id and await Account.count() == 1


async def test_too_young_leaves_no_row_and_is_erased_at_clerk(way: Way, clerk: StandIn, visitor: Browser):
    user = clerk.add("child@example.org")
    await way.come(user)

    refused = await visitor.post("/sign-up/age", data=TOO_YOUNG)

    assert refused.status_code == 403
    tried = await visitor.post("/sign-up/clerk", data={"name": "Child", "default_visibility": "public"})
    assert tried.headers["location"] == "/sign-up"
    about_people = [table for table in TABLES if inventory.whose(table, Account) and table is not Errand]
    assert [table for table in about_people if await table.exists()] == []
    assert await errands.run() == 1 and clerk.users == {}
    [errand] = await Errand.objects()
    assert (errand.subject, errand.leaving) == ("", None)


async def test_who_was_too_young_comes_again_with_the_same_browser_and_is_turned_away_again(
    way: Way, clerk: StandIn, visitor: Browser
):
    await visitor.post("/sign-up/age", data=TOO_YOUNG)
    await way.come(clerk.add("child@example.org"))

    assert (await visitor.get("/sign-up/age")).status_code == 403
    assert await errands.run() == 1 and clerk.users == {}


async def test_an_address_that_nobody_verified_opens_nothing(way: Way, clerk: StandIn, alice: Person):
    """Charlie types Alice's address at Clerk and does not have her mail."""
    arrived = await way.come(clerk.add(alice.account.email, "Charlie", verified=False))
    await way.browser.post("/sign-up/age", data=OLD_ENOUGH)
    refused = await way.browser.post("/sign-up/clerk", data={"name": "Alice", "default_visibility": "public"})

    assert arrived.headers["location"] == "/sign-up"
    assert refused.status_code == 422 and "Clerk" in refused.text
    assert await Account.count() == 1 and await Identity.count() == 1


async def test_a_verified_address_opens_the_account_of_before_with_all_that_was_made(
    way: Way, clerk: StandIn, alice: Person
):
    made = await creation(alice.me, visibility="private")
    await letters.offer_reset(alice.account.email, "en")

    arrived = await way.come(clerk.add(alice.account.email), "/library")

    assert arrived.headers["location"] == "/library"
    assert (await way.browser.get(f"/c/{made.slug}")).status_code == 200
    assert await Account.count() == 1 and await Creation.count() == 1


async def test_whoever_had_that_address_without_owning_it_is_out_by_every_way(
    way: Way, clerk: StandIn, web: Litestar, alice: Person
):
    """Charlie had signed up with Alice's address; then she comes, with a proof that it is hers."""
    await Letter.insert(Letter(
        purpose=LetterPurpose.ENTER.value, account=alice.me, address=alice.account.email, token_sha256="x",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    ))  # fmt: skip

    await way.come(clerk.add(alice.account.email))

    assert (await alice.get("/library")).status_code == 303
    assert (await alice.get("/api/v1/me", headers=alice.key)).status_code == 401
    assert await ApiKey.count() == 0 and await Letter.count() == 0
    with pytest.raises(accounts.NotSignedIn):
        await accounts.authenticate(alice.account.email, PASSWORD)


async def test_a_second_person_at_clerk_does_not_get_the_account_of_the_first(way: Way, clerk: StandIn):
    await way.sign_up(clerk.add(ALICE))

    refused = await way.come(clerk.add(ALICE, "Somebody else"))

    assert refused.status_code == 409 and await Account.count() == 1


async def test_a_proof_in_a_link_signs_nobody_in(way: Way, clerk: StandIn, visitor: Browser):
    """Charlie sends Alice a link with his own proof, to have her work in his account."""
    await way.begin()
    session = clerk.open(clerk.add("charlie@example.org"))
    handshake = clerk.handshake(clerk.token(clerk.claims(session)))

    assert (await way.bring(handshake, state="of-another-browser")).status_code == 401
    visitor.cookies.delete("clerk")
    assert (await way.bring(handshake)).status_code == 401
    assert await Account.count() == 0 and "arriving" not in visitor.cookies


async def test_who_leaves_is_erased_at_clerk_and_does_not_come_in_meanwhile(way: Way, clerk: StandIn):
    user = clerk.add(ALICE)
    await way.sign_up(user)
    [alice] = await Account.objects()
    clerk.silent = True
    await leaving.begin(alice.id)
    await leaving.finish(alice.id)
    assert await errands.run() == 0 and user["id"] in clerk.users

    clerk.silent = False
    assert (await way.come(user)).status_code == 403
    start = datetime.now(UTC) + timedelta(hours=1)
    assert await errands.run(start) == 1 and clerk.users == {}
    [errand] = await Errand.objects()
    assert (errand.processor, errand.subject, errand.receipt) == ("Clerk", "", "200")


async def test_signing_out_here_is_signing_out_there(way: Way, clerk: StandIn, visitor: Browser):
    await way.sign_up(clerk.add(ALICE))
    [mine] = await Session.objects()
    assert clerk.sessions[mine.outside]["status"] == "active"

    await visitor.post("/sign-out")

    assert clerk.sessions[mine.outside]["status"] == "revoked" and await Session.count() == 0


async def test_while_clerk_is_silent_people_hear_so_and_those_inside_stay(way: Way, clerk: StandIn, visitor: Browser):
    user = clerk.add(ALICE)
    await way.sign_up(user)
    clerk.silent = True

    newcomer = await way.come(clerk.add("bob@example.org"))

    assert newcomer.status_code == 503 and "sign-in service" in newcomer.text
    assert (await visitor.get("/library")).status_code == 200
    assert (await visitor.post("/sign-out")).status_code == 303


async def test_an_old_proof_is_not_fresh_and_two_factors_are_strong(way: Way, clerk: StandIn, visitor: Browser):
    user = clerk.add(ALICE)
    await way.sign_up(user)
    await way.come(user, fva=[20, -1])
    [old] = await Session.objects()
    assert not old.strong and datetime.now(UTC) - old.proved_at > sessions.FRESH
    asked = await visitor.get("/privacy/center/leave")
    assert asked.headers["location"].startswith("/is-it-you")
    assert "Clerk" in (await visitor.get("/is-it-you")).text

    gone = await visitor.post("/is-it-you/clerk", data={"next": "/privacy/center/leave"})
    assert "/sign-in/clerk?next=%2Fprivacy%2Fcenter%2Fleave" in gone.text
    assert clerk.sessions[old.outside]["status"] == "revoked", "or Clerk would let her through unasked"
    await way.come(user, "/privacy/center/leave", fva=[0, 0])

    [fresh] = await Session.objects()
    assert fresh.strong and (await visitor.get("/privacy/center/leave")).status_code == 200


@pytest.mark.parametrize("fva", [None, [], "0", [None, 0], {"a": 1}, [-1, -1], [10**30, 0]])
async def test_an_age_that_cannot_be_read_is_never_fresh(way: Way, clerk: StandIn, fva: object):
    user = clerk.add(ALICE)
    await way.sign_up(user)
    await way.come(user, fva=fva)

    [session] = await Session.objects()
    assert datetime.now(UTC) - session.proved_at > sessions.FRESH


LOCAL = [
    "POST /sign-in", "GET /sign-in/code", "POST /passkeys/challenge", "GET /sign-in/letter", "GET /reset",
    "POST /reset", "POST /sign-up", "GET /letter/x", "POST /sign-in/passkey", "GET /account/password",
    "POST /account/password", "GET /account/authenticator", "POST /account/address", "POST /is-it-you",
    "GET /account/passkeys",
]  # fmt: skip


@pytest.mark.parametrize("where", LOCAL)
async def test_the_studio_s_own_ways_are_not_there(clerk: StandIn, alice: Person, where: str):
    method, path = where.split()

    assert (await alice.request(method, path)).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "by Clerk now"), ("ar", "عبر Clerk")])
async def test_an_older_letter_says_where_one_signs_in_now(
    clerk: StandIn, visitor: Browser, language: str, words: str
):  # fmt: skip
    told = await visitor.get("/letter/of-before", headers={"Accept-Language": language})

    assert told.status_code == 404 and words in told.text and 'href="/sign-in' in told.text


@pytest.mark.parametrize(
    "where",
    ["GET /sign-in/clerk", "GET /sign-in/clerk/proof", "POST /webhooks/clerk", "POST /sign-up/clerk"],
)
async def test_without_clerk_its_ways_are_not_there(alice: Person, where: str):
    method, path = where.split()

    assert (await alice.request(method, path)).status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_one_button_instead_of_a_form(way: Way, visitor: Browser, language: str):
    visitor.headers["Accept-Language"] = language
    await visitor.post("/sign-up/age", data=OLD_ENOUGH)

    for path in ("/sign-in?next=/library", "/sign-up?next=/library"):
        page = await visitor.get(path)
        assert "/sign-in/clerk" in page.text and 'type="password"' not in page.text and "Clerk" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]

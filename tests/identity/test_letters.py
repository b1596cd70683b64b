"""An address belongs to whoever reads its mail; whoever only asks learns nothing."""

import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain import accounts, letters
from app.models import Account, Letter, Session
from tests.identity.letters import links_to
from tests.notices.mail_server import MailServer
from tests.people import PASSWORD, Browser, Person, viewer_of
from tests.routes.reading import read
from tests.routes.test_sign_up import ALICE, OLD_ENOUGH

NEW = "quiet harbours under rain"


async def sign_up(visitor: Browser, email: str, **more: str) -> httpx.Response:
    await visitor.post("/sign-up/age", data=OLD_ENOUGH)
    return await visitor.post("/sign-up", data=ALICE | {"email": email} | more)


@pytest.mark.policy("P05")
@pytest.mark.policy("P15")
async def test_signing_up_makes_an_account_when_the_letter_is_opened(visitor: Browser, post_office: MailServer):
    answer = await sign_up(visitor, "new@example.org")
    assert answer.headers["location"] == "/letter-sent" and not await Account.exists()
    assert (await visitor.get("/letter-sent")).status_code == 200
    [link] = await links_to(post_office, "new@example.org")

    assert (await visitor.get(link)).status_code == 200 and not await Account.exists(), "looking opens nothing"
    entered = await visitor.post(link)

    assert entered.headers["location"] == "/create" and (await visitor.get("/create")).status_code == 200
    [account] = await Account.objects()
    assert (account.email, account.default_visibility) == ("new@example.org", "private")
    assert (await visitor.post(link)).status_code == 404 and await Account.count() == 1


@pytest.mark.policy("P05")
async def test_a_known_address_is_answered_like_a_new_one(alice: Person, visitor: Browser, post_office: MailServer):
    known = await sign_up(visitor, alice.account.email.upper())
    new = await sign_up(visitor, "new@example.org")

    assert told(known) == told(new)
    assert await Account.count() == 1 and await Session.count() == 1
    assert await links_to(post_office, alice.account.email) == ["/sign-in"]


@pytest.mark.parametrize("door", ["/reset", "/sign-in/letter"])
async def test_asking_for_a_letter_tells_nothing(door: str, alice: Person, visitor: Browser, post_office: MailServer):
    known = await visitor.post(door, data={"email": alice.account.email})
    new = await visitor.post(door, data={"email": "nobody@example.org"})

    assert told(known) == told(new)
    assert len(await links_to(post_office, alice.account.email)) == 1
    assert post_office.to("nobody@example.org") == []


async def test_it_takes_as_long_for_an_address_that_is_known(alice: Person, post_office: MailServer):
    """Both hash the password: what differs besides is lost in that."""
    known, new = [], []
    for number in range(4):
        known.append(await seconds(alice.account.email))
        new.append(await seconds(f"new{number}@example.org"))

    assert min(known) > 0.5 * min(new) and min(new) > 0.5 * min(known)


async def seconds(email: str) -> float:
    begun = time.perf_counter()
    await letters.sign_up("Somebody", email, PASSWORD, "public", "en")
    return time.perf_counter() - begun


@pytest.mark.policy("P15")
async def test_a_new_password_by_mail_ends_what_was_open(alice: Person, visitor: Browser, post_office: MailServer):
    await visitor.post("/reset", data={"email": alice.account.email})
    [link] = await links_to(post_office, alice.account.email)

    weak = await visitor.post(link, data={"password": "passwordpassword"})
    assert weak.status_code == 422 and len(read(weak).problems) == 1
    entered = await visitor.post(link, data={"password": NEW})

    assert entered.status_code == 303 and (await visitor.get("/library")).status_code == 200
    assert (await alice.get("/library")).status_code == 303, "her old session is over"
    assert (await accounts.authenticate(alice.account.email, NEW)).id == alice.me
    assert "security.password" in await notices_of(alice)


async def test_by_a_link_she_comes_in_without_her_password(alice: Person, visitor: Browser, post_office: MailServer):
    await visitor.post("/sign-in/letter", data={"email": alice.account.email})
    [link] = await links_to(post_office, alice.account.email)

    await visitor.post(link)

    assert await viewer_of(visitor.cookies["session"]) == alice.me
    assert (await visitor.post(link)).status_code == 404


@pytest.mark.policy("P15")
@pytest.mark.policy("P54")
async def test_a_new_address_counts_when_it_has_proved_itself(alice: Person, post_office: MailServer):
    old = alice.account.email
    answer = await alice.post("/account/address", data={"email": "moved@example.org"})
    assert answer.headers["location"] == "/letter-sent" and (await accounts.get(alice.me)).email == old
    [link] = await links_to(post_office, "moved@example.org")

    await alice.post(link)

    assert (await accounts.get(alice.me)).email == "moved@example.org"
    assert (await accounts.authenticate("moved@example.org", PASSWORD)).id == alice.me
    await links_to(post_office, old)
    assert len(post_office.to(old)) == 1, "the old address hears of it"


async def test_to_take_somebody_elses_address_tells_nothing(alice: Person, bob: Person, post_office: MailServer):
    taken = await bob.post("/account/address", data={"email": alice.account.email})
    free = await bob.post("/account/address", data={"email": "free@example.org"})

    assert told(taken) == told(free)
    assert await links_to(post_office, alice.account.email) == ["/sign-in"]


async def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(
    alice: Person, visitor: Browser, post_office: MailServer
):
    await alice.post("/account/address", data={"email": "wanted@example.org"})
    await sign_up(visitor, "wanted@example.org")
    first, second = await links_to(post_office, "wanted@example.org")
    await visitor.post(second)

    late = await alice.post(first)

    assert late.status_code == 404 and (await accounts.by_email("wanted@example.org")).id != alice.me  # type: ignore[union-attr]


@pytest.mark.policy("P15")
async def test_an_old_or_forged_link_says_so(alice: Person, visitor: Browser, post_office: MailServer):
    await visitor.post("/sign-in/letter", data={"email": alice.account.email})
    [link] = await links_to(post_office, alice.account.email)
    await Letter.update({Letter.expires_at: datetime.now(UTC) - timedelta(seconds=1)}, force=True)

    for address in (link, "/letter/forged", "/letter/" + "x" * 5000, "/letter/%00"):
        assert (await visitor.get(address)).status_code == (await visitor.post(address)).status_code == 404
    assert "Ask for a new one" in (await visitor.get(link)).text
    await letters.forget_unopened()
    assert not await Letter.exists()


async def test_nobodys_mailbox_is_filled_from_here(alice: Person, visitor: Browser, post_office: MailServer):
    answers = [await visitor.post("/sign-in/letter", data={"email": alice.account.email}) for _ in range(8)]

    assert {answer.status_code for answer in answers} == {303}
    assert len(await links_to(post_office, alice.account.email)) == 5


async def test_no_letter_lies_readable_in_its_table(alice: Person, post_office: MailServer):
    await letters.offer_reset(alice.account.email, "en")
    [link] = await links_to(post_office, alice.account.email)

    assert link.rsplit("/", 1)[1] not in str(await Letter.select())


def told(answer: httpx.Response) -> tuple[int, str, str, set[str]]:
    headers = {name for name in answer.headers if not name.startswith("ratelimit")}
    return answer.status_code, answer.headers["location"], re.sub(r"\d", "", answer.text), headers


async def notices_of(person: Person) -> str:
    rows = await Account.raw("SELECT kind FROM notice WHERE account = {}", person.me)
    return str(rows)

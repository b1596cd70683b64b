"""Alice's address takes no mail any more: the studio says so where she can still read it, until it is mended."""

from datetime import UTC, datetime

import pytest

from app import db
from app.domain import accounts, letters, notices
from app.models import Account, Notice
from app.workers import post
from tests.identity.letters import links_to
from tests.notices.mail_server import MailServer
from tests.people import Person

pytestmark = pytest.mark.policy("P18")

BANNER = "Our mails do not reach"
NOW = datetime(2026, 11, 30, tzinfo=UTC).isoformat()


async def told(person: Person) -> None:
    async with db.transaction():
        await notices.tell(person.me, "security.password", time_at=NOW)
    await post.deliver()


async def refused_since(person: Person) -> bool:
    return bool((await accounts.get(person.me)).mail_refused_at)


async def test_refused_for_good_she_reads_of_it_everywhere(alice: Person, bob: Person, post_office: MailServer):
    post_office.refuses = {alice.account.email: "550 no such person"}
    await told(alice)
    await told(alice)
    await told(bob)

    for path in ("/create", "/account", "/library"):
        assert BANNER in (await alice.get(path)).text
        assert BANNER not in (await bob.get(path)).text
    assert "It takes no mail" in (await alice.get("/account")).text
    assert await Notice.count().where(Notice.kind == "account.unreachable") == 1, "once, however many come back"
    assert BANNER in (await alice.get("/notices")).text


@pytest.mark.parametrize("answer", ["452 mailbox full", "421 busy", "450 try later"])
async def test_a_full_mailbox_is_no_wrong_address(alice: Person, post_office: MailServer, answer: str):
    post_office.refuses = {alice.account.email: answer}
    await told(alice)

    assert not await refused_since(alice)


async def test_a_letter_that_she_asked_for_counts_too(alice: Person, post_office: MailServer):
    """It goes to the address and not to the account."""
    post_office.refuses = {alice.account.email: "550 no such person"}
    await letters.offer_reset(alice.account.email, "en")
    await post.deliver()

    assert await refused_since(alice)


async def test_the_next_mail_that_arrives_ends_it(alice: Person, post_office: MailServer):
    post_office.refuses = {alice.account.email: "550 no such person"}
    await told(alice)
    post_office.refuses = {}
    await told(alice)

    assert not await refused_since(alice)


async def test_another_address_ends_it(alice: Person, post_office: MailServer):
    post_office.refuses = {alice.account.email: "550 no such person"}
    await told(alice)
    await alice.post("/account/address", data={"email": "moved@example.org"})
    [link] = await links_to(post_office, "moved@example.org")
    await alice.post(link)

    assert BANNER not in (await alice.get("/account")).text
    assert (await Account.objects().get(Account.id == alice.me)).email == "moved@example.org"

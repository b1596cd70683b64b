"""A mail to Alice was taken by a server and came back later: she reads of it here. Whoever forges such a report changes
nothing and learns nothing."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from app import db, returned_mail
from app.domain import accounts, letters, mail_in, notices, outbox
from app.incoming_mail import Dropped
from app.models import Case, Notice
from app.workers import post
from tests.notices.mail_server import MailServer
from tests.people import Person

pytestmark = pytest.mark.policy("P18")

NOW = datetime(2026, 11, 30, tzinfo=UTC).isoformat()
GONE = "Status: 5.1.1"


async def sent(person: Person, post_office: MailServer) -> EmailMessage:
    async with db.transaction():
        await notices.tell(person.me, "security.password", time_at=NOW)
    await post.deliver()
    return post_office.to(person.account.email)[-1]


async def refused_since(person: Person) -> bool:
    return bool((await accounts.get(person.me)).mail_refused_at)


async def comes_back(report: bytes) -> None:
    """Whatever is in it, whoever delivers it hears the same."""
    with pytest.raises(Dropped, match="it came back"):
        await mail_in.receive(report)


def report(
    message_id: str, address: str, status: str = GONE, action: str = "failed", *, original: str = "message/rfc822",
    more: str = "", top: str = "",
) -> bytes:  # fmt: skip
    """As mail servers write it, down to the blank lines."""
    ours = f"From: studio@example.org\nTo: {address}\nSubject: Your password\nMessage-ID: {message_id}\n"
    lines = f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: studio@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
{top}Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADSN"

This is a MIME-encapsulated message.

--9B095B5ADSN
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B095B5ADSN
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 30 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Action: {action}
{status}
{more}

--9B095B5ADSN
Content-Description: Undelivered Message
Content-Type: {original}

{ours}
--9B095B5ADSN--
"""
    return lines.replace("\n", "\r\n").encode()


WRITTEN = {
    "postfix": {"more": "Original-Recipient: rfc822;{address}\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"},
    "exim": {"status": "Status: 5.0.0", "original": "text/rfc822-headers",
             "more": "Remote-MTA: dns; mx\nDiagnostic-Code: smtp; 550 5.1.1 The account does not exist"},
    "gmail": {"original": "text/rfc822-headers", "top": "In-Reply-To: {id}\nReferences: {id}\n"},
    "exchange": {"status": "Status: 5.1.10", "more": "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound"},
    "no such place": {"status": "Status: 5.4.4"},
    "closed": {"status": "status: 5.2.1"},
}  # fmt: skip


@pytest.mark.parametrize("server", WRITTEN)
async def test_she_reads_that_her_address_takes_no_mail(
    alice: Person, bob: Person, post_office: MailServer, server: str
):
    mail = await sent(alice, post_office)
    words = {"address": alice.account.email, "id": str(mail["Message-ID"])}

    await comes_back(report(
        words["id"], words["address"].upper(), **{name: text.format(**words) for name, text in WRITTEN[server].items()}
    ))  # fmt: skip

    assert await refused_since(alice) and not await refused_since(bob)
    assert "Our mails do not reach" in (await alice.get("/library")).text
    assert await Case.count() == 0


@pytest.mark.parametrize(("status", "action"), [
    ("Status: 4.4.1", "delayed"), ("Status: 5.1.1", "delayed"), ("Status: 5.2.2", "failed"),
    ("Status: 4.2.2", "failed"),
    ("Status: 5.7.1", "failed"), ("Status: 2.0.0", "delivered"), ("Status: ", "failed"), ("Status: 5.1.8", "failed"),
])  # fmt: skip
async def test_what_may_arrive_another_day_is_no_wrong_address(
    alice: Person, post_office: MailServer, status: str, action: str
):
    mail = await sent(alice, post_office)

    await comes_back(report(str(mail["Message-ID"]), alice.account.email, status, action))

    assert not await refused_since(alice)


async def test_a_forged_one_changes_nothing(alice: Person, bob: Person, post_office: MailServer):
    hers, his = await sent(alice, post_office), await sent(bob, post_office)
    host = str(hers["Message-ID"]).partition("@")[2]

    for message_id, address in (
        (f"<{uuid4()}@{host}", alice.account.email),
        (str(his["Message-ID"]), alice.account.email),
        (str(hers["Message-ID"]), bob.account.email),
        (str(hers["Message-ID"]).replace("@", "@x."), alice.account.email),
        ("", alice.account.email), ("<@>", alice.account.email), ("<\0@\0>", alice.account.email),
    ):  # fmt: skip
        await comes_back(report(message_id, address))

    assert not await refused_since(alice) and not await refused_since(bob)


async def test_one_about_a_mail_of_long_ago_or_one_not_sent_is_nothing(alice: Person, post_office: MailServer):
    mail = await sent(alice, post_office)
    for moment in (datetime.now(UTC) - timedelta(days=15), None):
        await Notice.update({Notice.sent_at: moment}).where(Notice.channel == "mail")
        await comes_back(report(str(mail["Message-ID"]), alice.account.email))

    assert not await refused_since(alice)


async def test_an_address_she_has_left_says_nothing_of_the_new_one(alice: Person, post_office: MailServer):
    mail, before = await sent(alice, post_office), alice.account.email
    await accounts.Account.update({accounts.Account.email: "new@example.org"}).where(accounts.Account.id == alice.me)

    await comes_back(report(str(mail["Message-ID"]), before))

    assert not await refused_since(alice)


async def test_a_letter_that_she_asked_for_counts_too(alice: Person, post_office: MailServer):
    await letters.offer_reset(alice.account.email, "en")
    await post.deliver()
    [mail] = post_office.to(alice.account.email)

    await comes_back(report(str(mail["Message-ID"]), alice.account.email))

    assert await refused_since(alice)


async def test_taken_at_first_says_little_where_one_came_back_lately(alice: Person, post_office: MailServer):
    """Otherwise she would be told again by every mail."""
    mail = await sent(alice, post_office)
    for _ in range(2):
        await comes_back(report(str(mail["Message-ID"]), alice.account.email))
        await sent(alice, post_office)
        assert await refused_since(alice)
    assert await Notice.count().where(Notice.kind == "account.unreachable", Notice.channel == "app") == 1

    earlier = datetime.now(UTC) - outbox.CAME_BACK - timedelta(minutes=1)
    await Notice.update({Notice.given_up_at: earlier}).where(Notice.given_up_at.is_not_null())
    await sent(alice, post_office)
    assert not await refused_since(alice)


@pytest.mark.parametrize("text", [
    b"", b"\0" * 100, b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\r\n\r\n" + b"--a\r\n\r\n" * 5000,
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\r\n\r\n--a\r\n"
    + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    b"Content-Type: multipart/report; report-type=feedback-report; boundary=a\r\n\r\n--a--",
])  # fmt: skip
def test_monsters_are_no_report(text: bytes):
    found = returned_mail.read(text)

    assert found is None or not found.addresses

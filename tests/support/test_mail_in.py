"""Carol writes a mail to us and gets a number; whoever forges, floods or loops gets nothing that is hers."""

import os
import subprocess
import sys
import time
from email.message import EmailMessage
from uuid import UUID

import pytest

from app import incoming_mail, settings
from app.domain import cases, mail_in
from app.incoming_mail import Dropped
from app.models import Case, CaseEvent, Notice
from app.workers import post
from tests.notices.conftest import post_office  # noqa: F401
from tests.notices.mail_server import MailServer
from tests.people import Person, staff

CAROL = "carol@example.org"


@pytest.fixture(autouse=True)
def contact(monkeypatch: pytest.MonkeyPatch, clean: None):
    monkeypatch.setenv("CONTACT_EMAIL", "support@studio.example")
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()


def written(text: str = "It ends after a minute.", **headers: str) -> bytes:
    message = EmailMessage()
    fields = {"From": f"Carol <{CAROL}>", "To": "support@studio.example", "Subject": "The song stops"}
    fields["Message-ID"] = "<one@carol.example>"
    for name, value in (fields | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def raw(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


async def said(number: int) -> list[str]:
    [case] = await Case.objects().where(Case.number == number)
    return [event.text for event in await cases.events_of(case.id)]


@pytest.mark.policy("P02")
@pytest.mark.policy("P17")
async def test_from_her_mail_to_the_answer_and_back_again(web, post_office: MailServer):  # noqa: F811
    number = await mail_in.receive(written())
    await post.deliver()
    [received] = post_office.to(CAROL)
    assert str(received["Subject"]) == f"We have your message: case {number}"
    sam = await staff(web, "support")
    assert "The song stops" in (await sam.get("/admin/cases")).text
    await sam.post(f"/admin/cases/{number}/reply", data={"text": "It is mended.", "as": "close"})
    await post.deliver()
    [_, answered] = post_office.to(CAROL)

    again = await mail_in.receive(
        written("Not for me.", In_Reply_To=str(answered["Message-ID"]), Message_ID="<two@carol.example>")
    )

    assert again == number and await said(number) == ["It ends after a minute.", "It is mended.", "Not for me."]
    assert [each.state for each in await Case.objects()] == ["open"]
    assert len(post_office.to(CAROL)) == 2, "nobody is thanked for each sentence"


async def test_alices_answer_goes_on_with_her_case(alice: Person, post_office: MailServer):  # noqa: F811
    case = await cases.open_case("question", "A fox", "Where is it?", account_id=alice.me)
    await post.deliver()
    [ours] = post_office.to(alice.account.email)
    number = await mail_in.receive(
        written("Found it.", From=alice.account.email.upper(), References=f"<x@y> {ours['Message-ID']}")
    )  # fmt: skip

    assert number == case.number and (await said(number))[-1] == "Found it."


async def test_that_a_mail_says_it_is_from_alice_makes_it_nobodys(alice: Person):
    number = await mail_in.receive(written(From=alice.account.email))

    [case] = await Case.objects().where(Case.number == number)
    assert case.account is None and case.address == alice.account.email
    assert (await alice.get(f"/support/{number}")).status_code == 404, "not even for her, without the letter's key"


@pytest.mark.parametrize("forge", ["guessed", "another's", "passed on", "cut", "nonsense"])
async def test_nobody_writes_into_somebody_elses_case(alice: Person, forge: str):
    hers = await cases.open_case("question", "Mine", "Private.", account_id=alice.me)
    other = await cases.open_case("question", "Other", "Other.", address="dave@example.org")
    thread, sender = cases.thread_of(hers.number), alice.account.email
    thread = {
        "guessed": f"{hers.number}.{'0' * 24}", "another's": f"{hers.number}.{cases.thread_of(other.number)[5:]}",
        "passed on": thread, "cut": thread[:-1], "nonsense": "..\u0661\u0662.x",
    }[forge]  # fmt: skip
    if forge == "passed on":
        sender = "eve@example.org"
    number = await mail_in.receive(
        written("Give it to me.", From=sender, In_Reply_To=f"<{UUID(int=7)}.{thread}@127.0.0.1>")
    )  # fmt: skip

    assert number not in (hers.number, other.number)
    assert await said(hers.number) == ["Private."]


async def test_the_same_mail_twice_is_one_message(alice: Person):
    assert await mail_in.receive(written()) == await mail_in.receive(written())
    assert await Case.count() == 1 and await CaseEvent.count() == 1


async def test_somebody_elses_mail_of_the_same_name_is_heard():
    """Who knows the name of Carol's mail cannot have it taken for seen."""
    first = await mail_in.receive(written("Noise.", From="eve@example.org"))

    assert await mail_in.receive(written()) != first


@pytest.mark.parametrize(("headers", "reason"), [
    ({"Auto_Submitted": "auto-replied"}, "a machine wrote it"), ({"Auto_Submitted": "AUTO-GENERATED"}, "a machine"),
    ({"Precedence": "bulk"}, "a list"), ({"List_Id": "<news.example.org>"}, "a list"),
    ({"Return_Path": "<>"}, "came back"), ({"From": ""}, "nobody"), ({"From": "a@b.example, c@d.example"}, "nobody"),
    ({"From": "undisclosed"}, "email cannot"), ({"From": "support@studio.example"}, "from ourselves"),
    ({"From": "studio@127.0.0.1"}, "from ourselves"), ({"From": "x" * 300 + "@example.org"}, "email cannot be kept"),
])  # fmt: skip
async def test_what_is_nobodys_mail_is_dropped_with_a_reason(headers: dict[str, str], reason: str):
    with pytest.raises(Dropped, match=reason):
        await mail_in.receive(written(**headers))

    assert await Case.count() == await Notice.count() == 0


async def test_a_flood_is_heard_and_not_acknowledged_each_time():
    for number in range(12):
        await mail_in.receive(written(Message_ID=f"<{number}@carol.example>"))

    assert await Case.count() == 12 and await Notice.count() == 5


async def test_arabic_in_its_own_charset_and_turned_around_names():
    mail = raw(
        "From: =?windows-1256?B?48HPxQ==?= \u202e<carol@example.org>",
        "Subject: =?utf-8?B?2KPYutmG2YrYqQ==?= \u202egnp.exe",
        "Content-Type: text/plain; charset=windows-1256", "Content-Transfer-Encoding: 8bit", "",
    ) + b"\r\n" + "الأغنية تتوقف بعد دقيقة".encode("windows-1256")  # fmt: skip
    number = await mail_in.receive(mail)

    [case] = await Case.objects().where(Case.number == number)
    assert case.title == "أغنية gnp.exe" and case.language == "ar" and case.address == CAROL
    assert await said(number) == ["الأغنية تتوقف بعد دقيقة"]


@pytest.mark.parametrize(("charset", "body"), [
    ("x-unknown", b"words \xe9"), ("utf-8", b"words \xff\xfe"), ("", b"words"), ("utf-16", b"words\0"),
    ("base64", b"words"), ("idna", b"words"), ("rot13", b"words"), ("unicode_escape", b"words\\"),
])  # fmt: skip
async def test_charsets_that_are_none(charset: str, body: bytes):
    number = await mail_in.receive(
        raw(f"From: {CAROL}", "Subject: x", f"Content-Type: text/plain; charset={charset}", "", "") + body
    )

    assert await said(number)


async def test_of_html_the_words_and_of_files_their_number(web):
    message = EmailMessage()
    message["From"], message["Subject"] = CAROL, "Look"
    message.set_content(
        "<style>p{}</style><script>alert(1)</script><p>It &lt;b&gt; stops</p><p>after <b>a minute</b></p>", "html"
    )
    message.add_attachment(b"MZ" * 1000, maintype="application", subtype="x-msdownload", filename="../../../evil.exe")
    number = await mail_in.receive(message.as_bytes())

    assert await said(number) == ["It <b> stops\nafter a minute"]
    page = await (await staff(web, "support")).get(f"/admin/cases/{number}")
    assert "1 files came along" in page.text and "evil.exe" not in page.text and "<b> stops" not in page.text


def nested(depth: int) -> bytes:
    head = raw(f"From: {CAROL}", "Subject: deep", "")
    parts = [f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(depth)]
    return head + "".join(parts).encode() + b"Content-Type: text/plain\r\n\r\nwords\r\n"


BOMBS = {
    "deep": nested(3000),
    "messages in messages": raw(f"From: {CAROL}") + b"\r\nContent-Type: message/rfc822\r\n\r\n" * 3000,
    "many parts": raw(f"From: {CAROL}", "Content-Type: multipart/mixed; boundary=b", "", "")
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100_000,
    "one long header": raw(f"From: {CAROL}", "Subject: " + "a" * 5_000_000, "", "words"),
    "many headers": raw(f"From: {CAROL}") + b"\r\nX-A: b" * 500_000 + b"\r\n\r\nwords",
    "brackets": raw("From: " + "(" * 20_000 + CAROL, "", "words"),
    "commas": raw("From: " + "a@b.c," * 9000, "", "words"),
    "words in words": raw(f"From: {CAROL}", "Subject: " + "=?utf-8?q?a?= " * 4000, "", "words"),
    "html": raw(f"From: {CAROL}", "Content-Type: text/html", "", "<div>" * 1_000_000 + "words" + "<" * 100_000),
    "base64": raw(f"From: {CAROL}", "Content-Transfer-Encoding: base64", "", "A" * 9_000_000),
    "long": raw(f"From: {CAROL}", "", "words " * 3_000_000), "nothing": b"", "zeros": b"\0" * 1_000_000,
    "no header": b"words", "references": raw(f"From: {CAROL}", "References: " + "<" * 60_000, "", "words"),
    "content type": raw(f"From: {CAROL}", "Content-Type: " + "a/" * 20_000 + ";" * 9000, "", "words"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_a_case_or_nothing_and_soon_over(name: str):
    started = time.perf_counter()
    try:
        number = await mail_in.receive(BOMBS[name])
        assert all(len(text) <= cases.TEXT_LENGTH for text in await said(number))
    except Dropped:
        assert await Case.count() == 0

    assert time.perf_counter() - started < 10


async def test_header_injection_ends_at_the_line(post_office: MailServer):  # noqa: F811
    mail = raw(f"From: {CAROL}", "Subject: =?utf-8?q?x=0D=0ABcc=3A_eve=40example=2Eorg?=", "", "words")
    await mail_in.receive(mail)
    await post.deliver()

    assert {to for to, _ in post_office.came} == {CAROL}
    assert all(message["Bcc"] is None for message in post_office.to(CAROL))


def test_as_a_mail_server_hands_it_over(services, clean: None):
    def piped(mail: bytes, **env: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "app", "receive"]
        return subprocess.run(command, input=mail, capture_output=True, env=os.environ | env, timeout=60)

    kept, dropped = piped(written() + b"x" * (2 * incoming_mail.MOST_BYTES)), piped(written(Precedence="bulk"))
    away = piped(written(), DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert kept.returncode == 0 and kept.stdout.startswith(b"Case 1"), kept.stderr
    assert dropped.returncode == 0 and dropped.stdout == b"Dropped: it is from a list.\n"
    assert away.returncode == os.EX_TEMPFAIL

"""Alice is told what happened to her, once by each channel she wants, and nobody else is."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from app import db, mail, settings
from app.domain import accounts, notices
from app.domain.notice_kinds import KINDS
from app.models import Channel, Notice
from app.workers import post
from tests.notices.mail_server import MailServer
from tests.people import Browser, Person, account
from tests.routes.reading import read

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC).isoformat()


async def told(account_id, kind: str, **facts: str | int) -> None:
    async with db.transaction():
        await notices.tell(account_id, kind, **facts)


def parts(message: EmailMessage) -> tuple[str, str]:
    return tuple(message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[return-value, union-attr]


@pytest.mark.policy("P18")
async def test_a_mail_in_both_forms_and_a_line_behind_the_bell(alice: Person, bob: Person, post_office: MailServer):
    await told(alice.me, "money.receipt", credits=2500)
    await post.deliver()

    [message] = post_office.to(alice.account.email)
    assert message["Subject"] == "Thank you: 2,500 credits are yours"
    assert all("http://127.0.0.1:8000/billing" in part for part in parts(message))
    assert "2,500" in (await alice.get("/notices")).text
    assert "2,500" not in (await bob.get("/notices")).text
    assert len(post_office.came) == 1


async def test_in_her_language_as_it_is_when_it_goes_out(alice: Person, post_office: MailServer):
    await told(alice.me, "security.password", time_at=NOW)
    await accounts.update(alice.me, language="ar")
    await post.deliver()

    [message] = post_office.to(alice.account.email)
    plain, html = parts(message)
    assert message["Subject"] == "تغيّرت كلمة مرورك"
    assert 'dir="rtl"' in html and "٢٠٢٦" in plain


async def test_numbers_and_days_as_she_writes_them(alice: Person, post_office: MailServer):
    await accounts.update(alice.me, language="ar")
    await told(alice.me, "case.received", number="1001", key="", due_at=NOW)
    await post.deliver()

    [message] = post_office.to(alice.account.email)
    plain, _ = parts(message)
    assert message["Subject"].endswith("١٠٠١")
    assert "٣٠ نوفمبر ٢٠٢٦." in plain and "/support/1001" in plain


async def test_what_is_rolled_back_was_never_told(alice: Person, post_office: MailServer):
    with pytest.raises(RuntimeError):
        async with db.transaction():
            await notices.tell(alice.me, "money.receipt", credits=1)
            raise RuntimeError
    await post.deliver()

    assert post_office.came == [] and await notices.unread(alice.me) == 0


async def test_the_bell_counts_until_it_was_read(alice: Person):
    await told(alice.me, "money.receipt", credits=1)

    before = await alice.get("/account")
    await alice.get("/notices")
    after = await alice.get("/account")

    assert "1 new notice" in before.text and "new notice" not in after.text


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_can_be_said_in_both_languages(name: str):
    facts = dict.fromkeys(KINDS[name].facts, "x") | {fact: NOW for fact in KINDS[name].facts if fact.endswith("_at")}
    for language in ("en", "ar"):
        row = Notice(account=None, kind=name, facts=facts, created_at=datetime.now(UTC))
        message = mail.letter(row, "a@example.org", language)
        assert message["Subject"] and "{" not in message["Subject"]
        assert all(settings.get().base_url in part for part in parts(message))


async def test_a_sentence_with_a_hole_is_not_told(alice: Person):
    with pytest.raises(ValueError, match="credits"):
        await told(alice.me, "money.receipt")


@pytest.mark.policy("P18")
async def test_a_hostile_name_stays_a_name(alice: Person, post_office: MailServer):
    evil = 'x\r\nBcc: eve@example.org\r\n\r\n<script>alert("1")</script>'
    await told(alice.me, "security.key", name=evil, time_at=NOW)
    await told(alice.me, "case.answered", number="1001", key="", answer=evil)
    await post.deliver()

    assert {address for address, _ in post_office.came} == {alice.account.email}
    for message in post_office.to(alice.account.email):
        assert message["Bcc"] is None and "<script>" not in parts(message)[1]
    assert "<script>alert" not in (await alice.get("/notices")).text


async def test_she_chooses_what_reaches_her(alice: Person, post_office: MailServer):
    page = await alice.get("/account/notices")
    assert 'value="money.receipt:mail" checked' in page.text
    saved = await alice.post("/account/notices", data={"on": ["money.receipt:app"]})
    await told(alice.me, "money.receipt", credits=1)
    await told(alice.me, "security.password", time_at=NOW)
    await post.deliver()

    assert saved.status_code == 303
    assert [str(message["Subject"]) for message in post_office.to(alice.account.email)] == ["Your password was changed"]
    assert await notices.unread(alice.me) == 2


@pytest.mark.policy("P18")
async def test_nobody_turns_off_a_warning(alice: Person, post_office: MailServer):
    await alice.post("/account/notices", data={"on": []})
    await notices.choose(alice.me, "security.password", "mail", False)
    await alice.post(f"/unsubscribe/{mail.seal(alice.me, 'security.password')}")
    await told(alice.me, "security.password", time_at=NOW)
    await post.deliver()

    [message] = post_office.to(alice.account.email)
    assert message["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "on", ["", ":", "nothing:mail", "money.receipt:fax", "money.receipt:mail:mail", "\u202e" * 900]
)
async def test_choices_that_do_not_exist_change_nothing_else(alice: Person, on: str):
    answer = await alice.post("/account/notices", data={"on": [on, "money.receipt:mail"]})

    assert answer.status_code == 303
    assert notices.Choice("money.receipt", Channel.MAIL, True, False) in await notices.choices_of(alice.me)


@pytest.mark.policy("P28")
async def test_a_mail_program_stops_mails_for_its_person(alice: Person, visitor: Browser, post_office: MailServer):
    await told(alice.me, "money.receipt", credits=1)
    await post.deliver()
    [message] = post_office.to(alice.account.email)
    address = message["List-Unsubscribe"].strip("<>").removeprefix(settings.get().base_url)
    del visitor.headers["Sec-Fetch-Site"]

    looked = await visitor.get(address)
    await told(alice.me, "money.receipt", credits=2)
    pressed = await visitor.post(address, data={"List-Unsubscribe": "One-Click"})
    await told(alice.me, "money.receipt", credits=3)
    await post.deliver()

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (looked.status_code, pressed.status_code) == (200, 200)
    assert len(post_office.came) == 2, "looking is not pressing"


@pytest.mark.policy("P28")
@pytest.mark.parametrize("forge", [
    lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"), lambda token: "x", lambda token: "é" + token,
    lambda token: token.replace("receipt", "refunded"), lambda token: token.split(".")[0] + "..",
])  # fmt: skip
async def test_a_forged_token_has_no_effect_and_learns_nothing(alice: Person, visitor: Browser, forge):
    token = forge(mail.seal(alice.me, "money.receipt"))

    answer = await visitor.post(f"/unsubscribe/{token}")
    honest = await visitor.post(f"/unsubscribe/{mail.seal(alice.me, 'piece.done')}")

    assert (answer.status_code, read(answer).texts) == (200, read(honest).texts)
    assert all(choice.wanted for choice in await notices.choices_of(alice.me) if choice.kind == "money.receipt")


async def test_the_local_mailbox_is_for_this_machine_alone(alice: Person, visitor: Browser, monkeypatch):
    await told(alice.me, "account.reset", path="/reset/abc")
    await post.deliver()

    here = await visitor.get("/mailbox")
    proxied = await visitor.get("/mailbox", headers={"X-Forwarded-For": "203.0.113.9"})
    elsewhere = await visitor.get("/mailbox", headers={"Host": "studio.example.org"})
    monkeypatch.setenv("PUBLIC_URL", "http://studio.example.org")
    settings.get.cache_clear()
    public = await visitor.get("/mailbox")
    monkeypatch.undo()
    settings.get.cache_clear()

    assert "/reset/abc" in here.text
    assert [answer.status_code for answer in (proxied, elsewhere, public)] == [404, 404, 404]


async def test_what_a_mail_opened_is_forgotten_when_it_is_out(alice: Person, post_office: MailServer):
    async with db.transaction():
        await notices.write_to("new@example.org", "account.verify", "ar", path="/verify/secret-token")
    await post.deliver()

    [message] = post_office.to("new@example.org")
    assert "/verify/secret-token" in parts(message)[0]
    assert "secret-token" not in str(await Notice.select())


async def test_everybody_is_told_once(post_office: MailServer, clean: None):
    people = [await account(f"Person {number}") for number in range(3)]
    async with db.transaction():
        await notices.tell_everybody("policy.changed", from_at=NOW, version="2027-01-01")
    await post.deliver()

    assert sorted(to for to, _ in post_office.came) == sorted(person.email for person in people)
    assert [await notices.unread(person.id) for person in people] == [1, 1, 1]

"""Whoever wants to reach us can: the address stands on a page, a message becomes a case, and nothing scrambles it."""

import pytest

from app import settings
from app.domain.notice_kinds import KINDS
from app.models import Case, Notice
from app.workers import post
from tests.notices.conftest import post_office  # noqa: F401
from tests.notices.mail_server import MailServer
from tests.people import Browser, Person, creation
from tests.services import run_app
from tests.test_roles import doors

pytestmark = pytest.mark.policy("P02")
SCRAMBLED = ("[email", "email&#160;protected", "email protected", "cdn-cgi")


@pytest.fixture
def reached_at(monkeypatch: pytest.MonkeyPatch, services: object):
    monkeypatch.setenv("CONTACT_EMAIL", "hello@studio.example")
    settings.get.cache_clear()
    yield "hello@studio.example"
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_address_stands_where_people_look_for_it(visitor: Browser, reached_at: str, language: str):
    page = await visitor.get("/support", headers={"Accept-Language": language})

    assert f'href="mailto:{reached_at}"' in page.text and 'href="/support"' in (await visitor.get("/")).text


async def test_a_message_becomes_a_case_and_is_acknowledged_with_its_number(
    visitor: Browser,
    reached_at: str,
    post_office: MailServer,  # noqa: F811
):
    form = {"kind": "question", "email": "dora@example.org", "title": "", "text": "Are you there?"}
    assert (await visitor.post("/support", data=form)).status_code == 200
    await post.deliver()

    [case] = await Case.objects()
    [letter] = post_office.to("dora@example.org")
    assert str(case.number) in letter["Subject"] and letter["Reply-To"] == reached_at
    assert letter["Auto-Submitted"] == "auto-generated", "so that no machine answers it"


async def test_a_line_that_would_forge_a_mail_is_refused(visitor: Browser, reached_at: str):
    forged = {"kind": "question", "email": "a@example.org\r\nBcc: eve@example.org", "title": "", "text": "Hello"}

    assert (await visitor.post("/support", data=forged)).status_code == 422
    assert await Case.count() == await Notice.count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_no_page_shows_a_scrambled_address(alice: Person, web: object, reached_at: str, language: str):
    made = await creation(alice.me)
    alice.headers["Accept-Language"] = language
    paths = [where.split()[1] for where, _ in doors(web) if where.startswith("GET /") and "{}" not in where]  # type: ignore[arg-type]
    looked = 0
    for path in [*paths, f"/c/{made.slug}", f"/u/{alice.account.handle}", "/nothing/there"]:
        answer = await alice.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            looked += 1
            assert not [word for word in SCRAMBLED if word in answer.text], path

    assert looked > 30
    assert not [word for word in SCRAMBLED for kind in KINDS.values() if word in kind.text + kind.title]


def test_a_studio_that_others_can_reach_does_not_start_without_one(services: object):
    stopped = run_app("web", env={"PUBLIC_URL": "https://studio.example"})

    assert stopped.returncode == 1 and stopped.stderr.startswith("A setting is wrong: CONTACT_EMAIL: ")


@pytest.mark.parametrize("value", ["nobody", "a@b@c", "a b@c.d", "<a@b.c>"])
def test_an_address_that_is_none_stops_it_with_a_sentence(services: object, value: str):
    stopped = run_app("web", env={"CONTACT_EMAIL": value})

    assert stopped.returncode == 1 and "CONTACT_EMAIL" in stopped.stderr and "Traceback" not in stopped.stderr

"""Coming in, going out, and what a browser is given to keep."""

from http.cookies import SimpleCookie
from urllib.parse import quote

import httpx
import pytest

from app import settings
from app.domain import accounts, sessions
from app.main import create_app
from app.models import Session
from tests.people import PASSWORD, Browser, Person, viewer_of
from tests.routes.reading import read

ELSEWHERE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "evil.example", "/\t/evil.example", "/\n/evil.example", "///evil.example", "http:evil.example", "//[", "",
]  # fmt: skip


def proof(person: Person, **more: str) -> dict[str, str]:
    return {"email": person.account.email, "password": PASSWORD} | more


def given(answer: httpx.Response) -> SimpleCookie:
    """The cookies of an answer, each with its own flags."""
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies


async def test_she_comes_in_and_back_to_where_she_wanted_to_be(alice: Person, visitor: Browser):
    refused = await visitor.get("/library?q=fox")
    form = read(await visitor.get(refused.headers["location"]))

    entered = await visitor.post("/sign-in", data=proof(alice, next=form.fields["next"]))

    assert (entered.status_code, entered.headers["location"]) == (303, "/library?q=fox")
    assert (await visitor.get("/library")).status_code == 200


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_nobody_is_led_to_another_site(alice: Person, visitor: Browser, target: str):
    entered = await visitor.post("/sign-in", data=proof(alice, next=target))
    chosen = await visitor.post("/preferences", data={"theme": "dark", "next": target})
    form = await visitor.get(f"/sign-in?next={quote(target, safe='')}")

    assert entered.headers["location"] == "/create"
    assert chosen.headers["location"] == "/"
    assert read(form).fields["next"] == ""


async def test_a_wrong_password_keeps_the_address_and_not_the_password(alice: Person, visitor: Browser):
    answer = await visitor.post("/sign-in", data=proof(alice, password="not her password", next="/library"))

    page = read(answer)
    assert answer.status_code == 401 and len(page.problems) == 1
    assert (page.fields["email"], page.fields["password"]) == (alice.account.email, "")
    assert page.fields["next"] == "/library"
    assert "set-cookie" not in answer.headers


async def test_an_unknown_address_gets_the_same_answer(alice: Person, visitor: Browser):
    wrong = await visitor.post("/sign-in", data=proof(alice, password="not her password"))
    unknown = await visitor.post("/sign-in", data=proof(alice, email="nobody@example.org"))

    assert unknown.status_code == wrong.status_code
    assert unknown.text.replace("nobody@example.org", alice.account.email) == wrong.text


async def test_a_session_that_was_planted_is_not_the_one_she_gets(alice: Person, bob: Person, visitor: Browser):
    visitor.keep("session", bob.token)

    await visitor.post("/sign-in", data=proof(alice))

    assert visitor.cookies["session"] not in {bob.token, alice.token}
    assert await viewer_of(bob.token) is None
    assert await viewer_of(visitor.cookies["session"]) == alice.me


async def test_a_token_that_was_made_up_is_not_taken_over(alice: Person, visitor: Browser):
    visitor.keep("session", "chosen-by-somebody-else")

    await visitor.post("/sign-in", data=proof(alice))

    assert await viewer_of("chosen-by-somebody-else") is None
    assert await viewer_of(visitor.cookies["session"]) == alice.me


async def test_signing_out_ends_the_session_everywhere_it_was_copied(alice: Person, visitor: Browser):
    visitor.keep("session", alice.token)

    answer = await alice.post("/sign-out")

    assert answer.status_code == 303 and "session" not in alice.cookies
    assert (await visitor.get("/library")).status_code == 303
    assert not await Session.exists()


async def test_signing_out_does_not_end_her_other_devices(alice: Person):
    other = await sessions.begin(alice.me, "phone")

    await alice.post("/sign-out")

    assert await viewer_of(other) == alice.me


@pytest.mark.policy("P33")
async def test_the_browser_keeps_the_token_from_scripts_and_from_other_sites(alice: Person, visitor: Browser):
    answer = await visitor.post("/sign-in", data=proof(alice))

    cookie = given(answer)["session"]
    assert cookie["httponly"] and cookie["samesite"].lower() == "lax" and cookie["path"] == "/"
    assert not cookie["domain"] and int(cookie["max-age"]) == sessions.LIFE.total_seconds()


@pytest.mark.policy("P33")
async def test_over_tls_the_cookie_is_tied_to_this_host(alice: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PUBLIC_URL", "https://studio.example")
    settings.get.cache_clear()
    try:
        async with Browser(create_app()) as visitor:
            answer = await visitor.post("/sign-in", data=proof(alice))
    finally:
        monkeypatch.undo()
        settings.get.cache_clear()

    cookie = given(answer)["__Host-session"]
    assert cookie["secure"] and cookie["httponly"] and cookie["path"] == "/" and not cookie["domain"]
    assert "max-age=" in answer.headers["strict-transport-security"]


async def test_her_language_follows_her_even_to_where_nothing_is(alice: Person, visitor: Browser):
    await accounts.update(alice.me, language="ar", theme="dark")

    await visitor.post("/sign-in", data=proof(alice))

    nowhere = await visitor.get("/nothing/here")
    assert nowhere.status_code == 404 and '<html lang="ar" dir="rtl" data-theme="dark">' in nowhere.text


async def test_she_changes_her_name_and_what_new_pictures_are(alice: Person):
    saved = await alice.post("/account", data={"name": "Alice L.", "default_visibility": "private"})
    assert saved.status_code == 303

    wrong = await alice.post("/account", data={"name": " ", "default_visibility": "public"})

    assert wrong.status_code == 422 and len(read(wrong).problems) == 1
    me = await accounts.get(alice.me)
    assert (me.name, me.default_visibility) == ("Alice L.", "private")


@pytest.mark.parametrize("who", ["alice", "visitor"])
async def test_a_chosen_language_and_theme_stay(who: str, alice: Person, visitor: Browser):
    person = alice if who == "alice" else visitor

    chosen = await person.post("/preferences", data={"language": "ar", "theme": "dark", "next": "/explore"})

    assert chosen.headers["location"] == "/explore"
    assert '<html lang="ar" dir="rtl" data-theme="dark">' in (await person.get("/explore")).text
    assert (await person.post("/preferences", data={"language": "tlh"})).status_code == 422

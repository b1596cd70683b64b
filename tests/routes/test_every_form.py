"""Every door that takes a form, found in the table of routes, is sent what nobody sends in earnest.

Whatever comes: no door breaks, none tells of its insides, and whoever is refused reads a sentence.
"""

import inspect
import re
from collections.abc import Iterator
from itertools import cycle
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import BaseRouteHandler

from app import settings
from app.domain import cases, keys, library, sessions
from app.main import create_app
from tests.people import Person, creation, staff
from tests.routes.reading import read
from tests.routes.test_bad_requests import FORM, INSIDES
from tests.test_roles import doors

FIELD = re.compile(r"form(?:\.get|\.getall|\[)\(?[\"'](\w+)[\"']|for name in \((.+?)\)|for field in \((.+?)\)")
ENDS = ("/delete", "/revoke", "/remove", "/decide", "/close", "/create")
OUT = ("/sign-out", "/leave", "/child")
NOT_FORMS = ("/api/", "/webhooks/", "/passkeys/challenge")
PLAUSIBLE = {
    "name": "Alice", "title": "A fox", "prompt": "a red fox", "text": "Something to say, at some length.",
    "email": "alice@example.org", "handle": "alice-makes", "visibility": "public", "default_visibility": "public",
    "language": "en", "theme": "light", "next": "/library",
}  # fmt: skip
NASTY = {
    "nothing": "", "spaces": " \t\n ", "nul": "a\0b", "controls": "a\x01\x08\x1b[31mb\x7f\x85",
    "turned around": "\u202egnp.exe\u2066\u2069\u200f", "emoji": "🦊👩‍👩‍👧‍👦🏳️‍🌈" * 9, "far too long": "x" * 70_000,
    "stacked": "e" + "\u0301" * 3000, "a list": '["a", {"b": null}]', "minus one": "-1", "a huge number": "9" * 400,
    "no number": "NaN", "Arabic digits": "٣", "a path": "../../../etc/passwd", "a quote": "'; DROP TABLE account; --",
    "markup": "<script>alert(1)</script>", "braces": "{0.__class__} %(x)s {{ 7*7 }}", "elsewhere": "https://evil.example",
    "nobody's": str(uuid4()),
}  # fmt: skip
MALFORMED = [
    (b"", FORM), (b"%ff=%fe&%=%zz&&&===", FORM), (b"a[b][c]=1&a=2&a=3", FORM), (b"\xff\xfe\x00", FORM),
    (b"&".join(b"f%d=1" % number for number in range(5000)), FORM), (b"{}", "application/json"),
    (b"garbage", "multipart/form-data; boundary=x"), (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"x", "text/plain"), (b"x", "application/x-www-form-urlencoded; charset=nonsense"),
]  # fmt: skip


def forms(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler]]:
    """What ends something comes last, so that it is there for the others."""
    found = []
    for where, handler in doors(app):
        method, path = where.split(" ")
        if method == "POST" and not path.startswith(NOT_FORMS):
            found.append((path, handler))
    yield from sorted(found, key=lambda each: (each[0].endswith(OUT), each[0].endswith(ENDS)))


def fields(handler: BaseRouteHandler) -> list[str]:
    """Those that are read anywhere in the module of the door; one too many harms nobody."""
    found = FIELD.findall(inspect.getsource(inspect.getmodule(handler.fn) or handler))
    return sorted({name for each in found for part in each for name in re.findall(r"\w+", part)} | {"next"})


def plausible(names: list[str]) -> dict[str, str]:
    return {name: PLAUSIBLE.get(name, "1") for name in names}


class Sender:
    """An administrator who has something behind every door, so that none stays closed. Whoever is sent out comes in
    again, as somebody else with nothing of their own."""

    def __init__(self, web: Litestar) -> None:
        self.web, self.wrong = web, list[str]()
        self.who: Person | None = None
        self.things: dict[str, str] = {}

    async def send(self, path: str, what: str, **sent: object) -> None:
        if self.who is None or await sessions.find(self.who.token) is None:
            first = self.who is None
            self.who = await staff(self.web, "admin")
            self.things = await self._bring(self.who.me) if first else {}
        where = path.replace("{}", self._thing(path))
        self.judge(f"{path} {what}", await self.who.post(where, **sent))

    def _thing(self, path: str) -> str:
        return next((name for place, name in self.things.items() if path.startswith(place)), str(uuid4()))

    async def _bring(self, me: UUID) -> dict[str, str]:
        made = await creation(me)
        case = await cases.open_case("question", "Why", "Something to say.", account_id=me)
        key, _ = await keys.create(me, "Program", {"read"})
        link = await library.share(made.id, me, 7)
        return {
            "/creations/": str(made.id), "/c/": made.slug, "/g/": str(made.generation), "/admin/pieces/": str(made.id),
            "/support/": str(case.number), "/admin/cases/": str(case.number), "/account/keys/": str(key.id),
            "/share-links/": str(link.id),
        }  # fmt: skip

    def judge(self, what: str, answer: httpx.Response) -> None:
        if answer.status_code >= 500:
            self.wrong.append(f"{answer.status_code}: {what}")
        if traces := [trace for trace in INSIDES if trace in answer.text]:
            self.wrong.append(f"tells of {traces}: {what}")
        if answer.status_code >= 400 and "html" in answer.headers.get("content-type", ""):
            page = read(answer)
            said = page.problems + [text for where, text in page.texts if where in {"h1", "notice", "toast"}]
            if not any(len(sentence) > 10 for sentence in said):
                self.wrong.append(f"no sentence: {what}")
        if "<script>alert" in answer.text:
            self.wrong.append(f"markup comes back as it is: {what}")


@pytest.fixture
async def sender(web: Litestar, clean: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    monkeypatch.setenv("RATE_LIMITS", "0")
    settings.get.cache_clear()
    yield Sender(web)
    monkeypatch.undo()
    settings.get.cache_clear()


def test_the_forms_are_found_and_so_are_their_fields():
    found = dict(forms(create_app()))

    assert len(found) > 60 and any(path.endswith("/visibility") for path in found)
    assert {"email", "password", "next"} <= set(fields(found["/sign-in"]))
    assert sum(len(fields(handler)) > 1 for handler in found.values()) > 50


@pytest.mark.parametrize("kind", NASTY)
async def test_every_field_filled_with_it(sender: Sender, web: Litestar, kind: str):
    for path, handler in forms(web):
        await sender.send(path, kind, data=dict.fromkeys(fields(handler), NASTY[kind]))

    assert sender.wrong == []


async def test_each_field_alone_is_wrong_in_some_way(sender: Sender, web: Litestar):
    """The others are plausible, so that what is wrong gets further than to the first refusal."""
    ways = cycle(NASTY.items())
    for path, handler in forms(web):
        names = fields(handler)
        for name in names:
            kind, value = next(ways)
            await sender.send(path, f"{name} is {kind}", data=plausible(names) | {name: value})

    assert sender.wrong == []


@pytest.mark.parametrize(("body", "kind"), MALFORMED, ids=lambda each: str(each)[:30])
async def test_a_body_that_is_no_form(sender: Sender, web: Litestar, body: bytes, kind: str):
    for path, _ in forms(web):
        await sender.send(path, f"{body[:20]!r}", content=body, headers={"Content-Type": kind})

    assert sender.wrong == []


async def test_files_where_words_belong_and_words_twice(sender: Sender, web: Litestar):
    for path, handler in forms(web):
        names = fields(handler)
        await sender.send(path, "files", files={name: ("\u202e../a.png", b"\0" * 40) for name in names})
        await sender.send(path, "twice", data={name: [PLAUSIBLE.get(name, "1"), "a\0b", ""] for name in names})

    assert sender.wrong == []


@pytest.mark.parametrize("place", ["x", "0", "%00", "%ff%fe", "-1", "9" * 300, "%E2%80%AE", "..%2f..%2fetc", "a%20b"])
async def test_an_address_that_names_nothing(sender: Sender, web: Litestar, place: str):
    for where, _ in doors(web):
        method, path = where.split(" ")
        if method == "POST" and "{}" in path and not path.startswith(NOT_FORMS):
            await sender.send(path.replace("{}", place), place, data={"next": "/"})

    assert sender.wrong == []

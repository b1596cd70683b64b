"""Google is told that somebody who agreed took a step, under a word of chance, and nothing after a no."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest

from app import settings
from app.domain import consents, measuring, objecting, withholding
from app.domain.withheld import Why
from app.models import ConsentEvent, Measured
from tests.people import PASSWORD, Browser, Person, creation
from tests.policy.conftest import chosen
from tests.policy.test_consent import GPC, NO, YES
from tests.standing import standing

pytestmark = pytest.mark.policy("P12")
ADULT = {"birth_day": "17", "birth_month": "5", "birth_year": "1990"}


class Google:
    """Their collector over a real socket: it writes down whatever it hears, to the last header."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, list[str]], str, str]] = []
        self.status, self.came = 204, asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        message = await receive()
        headers = " ".join(f"{name.decode()}={value.decode()}" for name, value in scope["headers"])
        query = parse_qs(scope["query_string"].decode())
        self.heard.append((scope["path"], query, headers, message["body"].decode()))
        self.came.set()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @property
    def told(self) -> list[dict]:
        return [json.loads(body) for _, _, _, body in self.heard]


@pytest.fixture
async def google(monkeypatch: pytest.MonkeyPatch, clean: None, anyio_backend: object) -> AsyncIterator[Google]:
    there = Google()
    async with standing(there) as url:
        with chosen(monkeypatch, GA_MEASUREMENT_ID="G-TEST1234", GA_API_SECRET="s3cret", GA_API_URL=url):
            yield there


async def test_a_step_of_hers_is_a_name_and_a_word_of_chance(alice: Person, google: Google):
    await alice.post("/privacy/choices", data=YES)
    made = await creation(alice.me, "heliotrope kestrel")

    assert await measuring.tell() == 1 and await measuring.tell() == 0, "once"

    [(path, query, headers, body)] = google.heard
    assert path == "/mp/collect" and query == {"measurement_id": ["G-TEST1234"], "api_secret": ["s3cret"]}
    assert json.loads(body).keys() == {"client_id", "events", "consent"}
    assert json.loads(body)["events"] == [{"name": "generation_finished"}]
    assert json.loads(body)["consent"] == {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}
    [event] = await ConsentEvent.objects()
    hers = (str(alice.me), alice.account.email, alice.account.handle, "Alice", "heliotrope", str(made.id), made.slug,
            str(made.generation), event.visitor, str(event.id), "127.0.0.1:8000")  # fmt: skip
    assert not [word for word in hers if word in f"{query} {headers} {body}"]


async def test_another_yes_is_another_word(alice: Person, google: Google):
    for answer in (YES, NO, YES):
        await alice.post("/privacy/choices", data=answer)
        await creation(alice.me)
        await measuring.tell()

    first, second = [each["client_id"] for each in google.told]
    assert first != second


async def test_who_never_agreed_is_neither_told_of_nor_written_down(alice: Person, bob: Person, google: Google):
    await bob.post("/privacy/choices", data=NO)
    await creation(alice.me)
    await creation(bob.me)

    assert await Measured.count() == 0 and await measuring.tell() == 0 and google.heard == []


@pytest.mark.policy("P57")
async def test_what_is_taken_back_is_not_told_and_does_not_wait_to_be(alice: Person, google: Google):
    await alice.post("/privacy/choices", data=YES)
    await creation(alice.me)
    assert await Measured.count() == 1

    await alice.post("/privacy/choices", data=NO)

    assert await Measured.count() == 0 and await measuring.tell() == 0 and google.heard == []


@pytest.mark.policy("P52", "P34")
@pytest.mark.parametrize("way", ["objection", "restriction", "signal", "a step that slipped in between"])
async def test_every_other_no_counts_as_well(alice: Person, google: Google, way: str):
    await alice.post("/privacy/choices", data=YES)
    await creation(alice.me)

    if way == "objection":
        await objecting.object_to(alice.me, "analyse", True)
        assert await Measured.count() == 0
    elif way == "restriction":
        await withholding.withhold(alice.me, Why.RESTRICTED)
    elif way == "signal":
        await alice.get("/", headers=GPC)
    else:
        await alice.post("/privacy/choices", data=NO)
        await Measured.insert(Measured(account=alice.me, name="purchase"))

    assert await measuring.tell() == 0 and google.heard == []


async def test_a_yes_to_other_words_is_no_yes_to_these(alice: Person, google: Google):
    read = {"analytics": "Count visits, as we said last year."}
    await consents.decide({"analytics": True}, read, language="en", source="choices", account_id=alice.me)

    await creation(alice.me)

    assert await measuring.tell() == 0 and google.heard == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_browser_that_agreed_signs_up(visitor: Browser, google: Google, language: str):
    visitor.headers["Accept-Language"] = language
    await visitor.post("/privacy/choices", data=YES)
    await visitor.post("/sign-up/age", data=ADULT)
    form = {"name": "Dora", "email": "dora@example.org", "password": PASSWORD, "default_visibility": "public"}
    assert (await visitor.post("/sign-up", data=form)).status_code == 303

    assert await measuring.tell() == 1
    [told] = google.told
    assert told["events"] == [{"name": "sign_up"}] and "dora" not in str(google.heard).lower()


async def test_nothing_else_can_be_counted(alice: Person, google: Google):
    await alice.post("/privacy/choices", data=YES)

    with pytest.raises(ValueError, match="list"):
        await measuring.note("prompt_heliotrope", alice.me)


async def test_google_away_or_cross_costs_a_step_and_nothing_else(alice: Person, google: Google, monkeypatch):
    await alice.post("/privacy/choices", data=YES)
    google.status = 500
    await creation(alice.me)
    assert await measuring.tell() == 0 and len(google.heard) == 1

    monkeypatch.setenv("GA_API_URL", "http://127.0.0.1:9")
    settings.get.cache_clear()
    await creation(alice.me)
    assert await measuring.tell() == 0 and await Measured.count() == 0


async def test_without_a_secret_the_server_counts_nothing(alice: Person, google: Google, monkeypatch):
    monkeypatch.delenv("GA_API_SECRET")
    settings.get.cache_clear()
    await alice.post("/privacy/choices", data=YES)

    await creation(alice.me)

    assert await Measured.count() == 0 and await measuring.tell() == 0

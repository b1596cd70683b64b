"""Keys for programs: shown once, good for what was chosen, gone when they are revoked; and requests sent twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from app.domain import answers, keys
from app.models import Answer, ApiKey, Generation, Session, ShareLink
from tests.people import Person, asked, creation, door
from tests.routes.reading import read

ASKED = {"prompt": "a fox"}


def program(web: Litestar, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=door(web), base_url="http://127.0.0.1:8000", headers=headers)


async def test_she_makes_one_uses_it_and_revokes_it(web: Litestar, alice: Person):
    shown = read(await alice.post("/account/keys", data={"name": "laptop", "scopes": ["read"], "days": "30"}))
    [token] = [field["value"] for field in shown.all("input") if field.get("value", "").startswith(keys.PREFIX)]
    async with program(web, token) as laptop:
        assert (await laptop.get("/api/v1/me")).json()["name"] == "Alice"
        later = await alice.get("/account/keys")
        assert token not in later.text and token[-4:] in later.text and "laptop" in later.text

        [row] = [key for key in await keys.list_own(alice.me) if key.name == "laptop"]
        assert row.last_used_at and token not in str(row.to_dict())
        await alice.post(f"/account/keys/{row.id}/revoke")
        refused = await laptop.get("/api/v1/me")

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "revoked" in refused.json()["detail"]


async def test_a_key_does_what_was_chosen_and_no_more(web: Litestar, alice: Person):
    made = await creation(alice.me, visibility="private")
    _, token = await keys.create(alice.me, "reader", {"read"})
    async with program(web, token) as reader:
        answer = await reader.patch(f"/api/v1/creations/{made.id}", json={"visibility": "public"})
        mine = (await reader.get(f"/api/v1/creations/{made.id}")).json()

        assert (answer.status_code, mine["visibility"]) == (403, "private")
        assert (await reader.post("/api/v1/generations", json=ASKED)).status_code == 403
        assert (await reader.get(mine["media"]["original"])).status_code == 200, "her own bytes"


@pytest.mark.parametrize("path", ["/account", "/library", "/account/keys", "/create"])
async def test_a_key_is_nobody_on_pages(web: Litestar, alice: Person, path: str):
    _, token = await keys.create(alice.me, "all", set(keys.SCOPES))
    async with program(web, token) as client:
        assert (await client.get(path)).headers["location"].startswith("/sign-in")


async def test_one_whose_days_are_over_is_unknown(web: Litestar, alice: Person):
    row, token = await keys.create(alice.me, "short", {"read"}, 30)
    await ApiKey.update({ApiKey.expires_at: datetime.now(UTC) - timedelta(seconds=1)}).where(ApiKey.id == row.id)

    async with program(web, token) as client:
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_session_is_no_key(web: Litestar, alice: Person):
    async with program(web, alice.token) as client:
        assert (await client.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize("token", ["", "qia_", "qia_" + "x" * 500, "qia_\u0669", "wrong", "qia_x y"])
async def test_whatever_is_no_key_is_told_so(web: Litestar, clean: None, token: str):
    headers = {"Authorization": f"Bearer {token}".encode()}
    async with httpx.AsyncClient(transport=door(web), base_url="http://127.0.0.1:8000") as client:
        answer = await client.get("/api/v1/explore", headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == (401 if token else 200)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "scopes": ["read"], "days": "30"}, "name"),
        ({"name": "x" * 81, "scopes": ["read"], "days": "30"}, "name"),
        ({"name": "x", "days": "30"}, "scopes"),
        ({"name": "x", "scopes": ["everything"], "days": "30"}, "scopes"),
        ({"name": "x", "scopes": ["read"], "days": "31"}, "days"),
        ({"name": "x", "scopes": ["read"], "days": "-30"}, "days"),
        ({"name": "x", "scopes": ["read"]}, "days"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_key_that_cannot_be_made_says_why(alice: Person, form: dict[str, str], field: str, language: str):
    await alice.post("/preferences", data={"language": language})

    answer = await alice.post("/account/keys", data=form)

    assert answer.status_code == 422 and f'id="{field}-problem"' in answer.text
    assert len(await keys.list_own(alice.me)) == 1, "the one she came with"
    assert form["name"][:50] in answer.text


async def test_there_is_an_end_to_how_many(alice: Person):
    for each in range(keys.MOST - 1):
        await keys.create(alice.me, f"key {each}", {"read"})

    answer = await alice.post("/account/keys", data={"name": "one more", "scopes": "read", "days": "30"})

    assert answer.status_code == 409 and "25" in answer.text


async def test_making_one_asks_whether_it_is_really_her(alice: Person):
    await Session.update({Session.proved_at: datetime.now(UTC) - timedelta(days=1)}).where(Session.account == alice.me)

    for answer in (await alice.get("/account/keys"), await alice.post("/account/keys", data={"name": "x"})):
        assert answer.headers["location"].startswith("/is-it-you")


async def test_sent_twice_it_happens_once(web: Litestar, alice: Person):
    headers = alice.key | {"Idempotency-Key": "first"}
    answers_ = [await alice.post("/api/v1/generations", json=ASKED, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers_] == [201] * 3
    assert len({answer.text for answer in answers_}) == 1 and await Generation.count() == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers_] == [None, "true", "true"]


async def test_at_the_same_moment_too(alice: Person):
    made = await creation(alice.me)
    path, headers = f"/api/v1/creations/{made.id}/links", {"Idempotency-Key": "one-link"}

    found = await asyncio.gather(*[alice.post(path, json={"days": 7}, headers=headers) for _ in range(8)])

    assert {answer.status_code for answer in found} <= {201, 409} and await ShareLink.count() == 1
    assert (await alice.post(path, json={"days": 7}, headers=headers)).status_code == 201
    assert await ShareLink.count() == 1


async def test_the_same_key_for_another_request_is_refused(alice: Person, bob: Person):
    headers = {"Idempotency-Key": "k"}
    await alice.post("/api/v1/generations", json=ASKED, headers=headers)

    other = await alice.post("/api/v1/generations", json={"prompt": "an owl"}, headers=headers)

    assert other.status_code == 422 and "another request" in other.json()["detail"]
    assert (await bob.post("/api/v1/generations", json={"prompt": "an owl"}, headers=headers)).status_code == 201


async def test_who_was_refused_may_mend_it_under_the_same_key(alice: Person):
    headers = {"Idempotency-Key": "k"}
    assert (await alice.post("/api/v1/generations", json={"prompt": ""}, headers=headers)).status_code == 422

    assert (await alice.post("/api/v1/generations", json=ASKED, headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_is_none_is_refused(alice: Person, key: str):
    answer = await alice.post("/api/v1/generations", json=ASKED, headers={"Idempotency-Key": key})

    assert answer.status_code == 422 and await Generation.count() == 0


async def test_after_a_day_it_is_forgotten_and_after_a_crash_it_is_done_again(alice: Person):
    await asked(alice.me)
    await answers.begin(alice.me, "crashed", "x" * 64)
    await Answer.update({Answer.created_at: datetime.now(UTC) - answers.LONGEST}).where(Answer.key == "crashed")
    assert await answers.begin(alice.me, "crashed", "x" * 64) is None, "whoever began it is dead"

    await Answer.update({Answer.created_at: datetime.now(UTC) - answers.KEPT}).where(Answer.key == "crashed")

    assert await answers.sweep() == 1 and await Answer.count() == 0

"""From the studio's own passwords to Clerk and back again, and nobody's work is lost on either way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app import settings
from app.domain import letters, moving
from app.models import Creation, Identity, Notice, Session
from tests.clerk.conftest import Way
from tests.clerk.server import StandIn
from tests.people import PASSWORD, Browser, Person, creation
from tests.services import run_app

NEW = "quiet harbours under rain"


@contextmanager
def keys_taken_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as without:
        for name in ("API_URL", "SECRET_KEY", "PUBLISHABLE_KEY", "WEBHOOK_SECRET"):
            without.delenv(f"CLERK_{name}")
        settings.get.cache_clear()
        yield
    settings.get.cache_clear()


async def test_there_and_back_with_all_that_was_made(
    way: Way, clerk: StandIn, visitor: Browser, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
):
    made = await creation(alice.me, visibility="private")
    user = clerk.add(alice.account.email.upper())
    clerk.add(bob.account.email, verified=False)

    assert await moving.to_clerk() == (1, 1)
    assert await moving.to_clerk() == (0, 1), "twice is once"

    assert (await alice.get("/library")).status_code == 303, "the sessions of before are over"
    await way.come(user)
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 200
    assert (await bob.get("/library")).status_code == 200, "he is linked when he comes with a verified address"

    with keys_taken_away(monkeypatch):
        assert await moving.to_local() == 1
        [letter] = await Notice.objects().where(Notice.kind == "account.moved")
        assert letter.address == alice.account.email
        for password in (PASSWORD, "", "nobody has this password"):
            refused = await visitor.post("/sign-in", data={"email": alice.account.email, "password": password})
            assert refused.status_code == 401
        await visitor.post("/reset", data={"email": alice.account.email})
        [sent] = await Notice.objects().where(Notice.kind == "account.reset").output(load_json=True)
        entered = await visitor.post(sent.facts["path"], data={"password": NEW})
        assert entered.headers["location"] == "/create"
        assert (await visitor.get(f"/c/{made.slug}")).status_code == 200
        assert await moving.to_local() == 0, "whoever has a password needs no letter"

    await way.come(user)
    assert (await visitor.get(f"/c/{made.slug}")).status_code == 200
    assert await Creation.count() == 1 and await Identity.count() == 3


async def test_by_an_unverified_address_nobody_moves(way: Way, clerk: StandIn, alice: Person):
    clerk.add(alice.account.email, "Charlie", verified=False)

    assert await moving.to_clerk() == (0, 1)
    assert (await alice.get("/library")).status_code == 200


async def test_of_two_at_clerk_with_one_address_the_first_is_linked_and_nothing_breaks(clerk: StandIn, alice: Person):
    clerk.add(alice.account.email)
    clerk.add(alice.account.email, "Somebody else")

    assert await moving.to_clerk() == (1, 0)


async def test_who_came_by_clerk_alone_finds_a_way_in_afterwards(
    way: Way, clerk: StandIn, visitor: Browser, monkeypatch: pytest.MonkeyPatch
):
    await way.sign_up(clerk.add("alice@example.org"))
    await visitor.post("/sign-out")

    with keys_taken_away(monkeypatch):
        assert await moving.to_local() == 1
        await letters.offer_reset("alice@example.org", "en")
        [sent] = await Notice.objects().where(Notice.kind == "account.reset").output(load_json=True)
        await visitor.post(sent.facts["path"], data={"password": NEW})
        assert (await visitor.get("/library")).status_code == 200
        assert await Session.count() == 1


async def test_the_operator_moves_everybody_by_one_command(clerk: StandIn, alice: Person):
    clerk.add(alice.account.email)

    moved = await asyncio.to_thread(run_app, "identity", "move", "clerk")
    compared = await asyncio.to_thread(run_app, "identity", "compare")

    assert (moved.returncode, compared.returncode) == (0, 0), moved.stderr + compared.stderr
    assert "Linked 1 people" in moved.stdout and "0 are gone" in compared.stdout


def test_the_command_asks_for_keys_that_fit(services: object):
    there = run_app("identity", "move", "clerk")
    compared = run_app("identity", "compare")

    assert there.returncode == 1 and "keys" in there.stderr + there.stdout
    assert compared.returncode == 1 and "Traceback" not in compared.stderr

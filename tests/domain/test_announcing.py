"""What has happened is told to those whom it concerns, and what did not happen to nobody."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from app import cache
from app.domain import generation, library, sessions, watching, work
from app.errors import NotFound
from app.models import Session
from app.realtime import bus, events
from tests.people import Person, asked, claimed, creation, drawn

Heard = Callable[[], Awaitable[set[tuple[str, events.Event]]]]


@pytest.fixture
async def heard(clean: None, anyio_backend: object) -> AsyncIterator[Heard]:
    """Everything that was said on any topic since it was last asked."""
    async with cache.redis().pubsub(ignore_subscribe_messages=True) as ear:
        await ear.psubscribe("*")

        async def listen() -> set[tuple[str, events.Event]]:
            await cache.redis().publish("the end", "")
            found: set[tuple[str, events.Event]] = set()
            async for message in ear.listen():
                topic = message["channel"].decode()
                if topic == "the end":
                    return found
                if topic.startswith(("account:", "generation:", "explore")):
                    found.add((topic, events.decode(message["data"])))
            return found

        await listen()
        yield listen


async def test_made_private_strangers_let_go_and_her_own_pages_change(alice: Person, heard: Heard):
    made = await creation(alice.me)
    await heard()

    await library.set_visibility([made.id], alice.me, "private")

    assert await heard() == {
        (bus.account_topic(alice.me), events.CreationChanged(made.id)),
        (bus.EXPLORE, events.CreationWithdrawn(made.id)),
    }


async def test_made_public_it_is_not_pushed_to_strangers(alice: Person, heard: Heard):
    made = await creation(alice.me, visibility="private")
    await heard()

    await library.set_visibility([made.id], alice.me, "public")

    assert await heard() == {(bus.account_topic(alice.me), events.CreationChanged(made.id))}


async def test_deleted_it_is_withdrawn(alice: Person, heard: Heard):
    made = await creation(alice.me)
    await heard()

    await library.delete(made.id, alice.me)

    assert (bus.EXPLORE, events.CreationWithdrawn(made.id)) in await heard()


async def test_a_link_that_was_stopped_lets_go_of_who_looks_at_a_private_one(alice: Person, heard: Heard):
    made = await creation(alice.me, visibility="private")
    link = await library.share(made.id, alice.me, 0)
    await heard()

    await library.revoke(link.id, alice.me)

    assert (bus.EXPLORE, events.CreationWithdrawn(made.id)) in await heard()


async def test_what_charlie_tried_is_told_to_nobody(alice: Person, charlie: Person, heard: Heard):
    made, row = await creation(alice.me), await asked(alice.me)
    await heard()

    for attempt in (
        library.set_visibility([made.id], charlie.me, "private"),
        library.delete(made.id, charlie.me),
        library.describe(made.id, charlie.me, "His", False),
        generation.cancel(row.id, charlie.me),
        watching.set_watchable(row.id, charlie.me, True),
    ):
        with suppress(NotFound):
            await attempt

    assert await heard() == set()


async def test_every_turn_of_a_generation_is_told_to_its_maker_and_its_watchers(alice: Person, heard: Heard):
    row = await asked(alice.me)
    turn = {
        (bus.account_topic(alice.me), events.GenerationChanged(row.id, alice.me)),
        (bus.generation_topic(row.id), events.GenerationChanged(row.id, alice.me)),
        (bus.account_topic(alice.me), events.CreditsChanged(alice.me)),
    }
    assert await heard() == turn
    await work.try_again(await claimed())
    assert await heard() == turn
    await work.succeed(await claimed(), [await drawn()])
    assert await heard() == turn

    other = await asked(alice.me)
    await heard()
    await generation.cancel(other.id, alice.me)
    assert {event for _, event in await heard()} >= {events.GenerationChanged(other.id, alice.me)}


async def test_a_session_that_ended_is_told_to_its_open_pages(alice: Person, heard: Heard):
    [session] = await Session.objects()
    await heard()

    await sessions.end(session.id)
    await sessions.end(session.id)

    assert await heard() == {(bus.account_topic(alice.me), events.SessionRevoked(session.id))}

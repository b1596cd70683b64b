"""Who may watch it form, and a change of mind in the middle."""

import pytest

from app.domain import generation, library, watching, work
from app.errors import Conflict, Invalid, NotFound
from app.models import Generation
from tests.people import Person, asked, claimed, drawn, finished


async def may(row: Generation, who: Person | None, token: str = "") -> bool:
    return await watching.may_watch(row.id, who.me if who else None, token)


async def test_made_private_in_the_middle_the_result_is_private(alice: Person, bob: Person):
    row = await asked(alice.me, visibility="public")
    mine = await claimed()
    assert await may(row, bob)

    await generation.set_visibility(row.id, alice.me, "private")
    assert await work.succeed(mine, [await drawn()])

    [creation] = await generation.creations_of(row.id)
    assert creation.visibility == "private" and creation.published_at is None
    assert not await may(row, bob) and not await may(row, None)


async def test_made_public_in_the_middle_the_result_is_public(alice: Person):
    row = await asked(alice.me, visibility="private")
    mine = await claimed()

    await generation.set_visibility(row.id, alice.me, "public")
    await work.succeed(mine, [await drawn()])

    [creation] = await generation.creations_of(row.id)
    assert creation.visibility == "public" and creation.published_at is not None


async def test_what_has_ended_is_changed_by_its_pictures(alice: Person):
    row, _ = await finished(alice.me)

    with pytest.raises(Conflict):
        await generation.set_visibility(row.id, alice.me, "private")


async def test_only_public_and_private_are_known(alice: Person):
    row = await asked(alice.me)

    with pytest.raises(Invalid):
        await generation.set_visibility(row.id, alice.me, "unlisted")


async def test_anybody_may_watch_a_public_one_until_it_has_ended(alice: Person, bob: Person):
    row = await asked(alice.me, visibility="public")

    assert await may(row, bob) and await may(row, None)
    await work.succeed(await claimed(), [await drawn()])
    assert await may(row, alice) and not await may(row, bob) and not await may(row, None)


async def test_a_private_one_is_for_its_maker_and_the_holders_of_her_link(alice: Person, bob: Person):
    row = await asked(alice.me, visibility="private")
    assert not await may(row, bob, row.watch_token), "the link was not handed out yet"

    row = await watching.set_watchable(row.id, alice.me, True)

    assert await may(row, bob, row.watch_token) and await may(row, None, row.watch_token)
    assert not await may(row, bob) and not await may(row, bob, "x" * 22) and not await may(row, bob, "")


async def test_a_link_taken_back_never_works_again(alice: Person, bob: Person):
    row = await asked(alice.me, visibility="private")
    first = await watching.set_watchable(row.id, alice.me, True)

    await watching.set_watchable(row.id, alice.me, False)
    second = await watching.set_watchable(row.id, alice.me, True)

    assert not await may(row, bob, first.watch_token)
    assert await may(row, bob, second.watch_token)


async def test_making_it_private_takes_the_link_back(alice: Person, bob: Person):
    row = await asked(alice.me, visibility="public")
    row = await watching.set_watchable(row.id, alice.me, True)

    after = await generation.set_visibility(row.id, alice.me, "private")

    assert not after.watchable
    assert not await may(row, bob, row.watch_token) and not await may(row, bob, after.watch_token)


async def test_a_watch_link_never_opens_a_private_picture(alice: Person):
    row = await asked(alice.me, visibility="private")
    row = await watching.set_watchable(row.id, alice.me, True)
    await work.succeed(await claimed(), [await drawn()])

    assert await watching.visible_creations_of(row, None) == []
    assert len(await watching.visible_creations_of(row, alice.me)) == 1


async def test_pictures_hidden_later_leave_the_watchers_page(alice: Person, bob: Person):
    row, [first, second] = await finished(alice.me, pictures=2)

    await library.set_visibility([first.id], alice.me, "private")

    assert [each.id for each in await watching.visible_creations_of(row, bob.me)] == [second.id]


async def test_charlie_changes_nothing_of_hers(alice: Person, charlie: Person):
    row = await asked(alice.me, visibility="private")

    with pytest.raises(NotFound):
        await generation.set_visibility(row.id, charlie.me, "public")
    with pytest.raises(NotFound):
        await watching.set_watchable(row.id, charlie.me, True)

    after = await generation.get_own(row.id, alice.me)
    assert (after.visibility, after.watchable, after.watch_token) == ("private", False, row.watch_token)


async def test_explore_shows_public_ones_that_are_running(alice: Person):
    await asked(alice.me, visibility="private")
    await claimed()
    shown = await asked(alice.me, visibility="public")
    await claimed()
    await asked(alice.me, visibility="public")

    assert [row["id"] for row in await watching.being_made()] == [shown.id]

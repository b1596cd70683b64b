"""Share links: chosen people see a private picture, until it ends, is stopped, or the picture is put away."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.domain import library, showing
from app.errors import Invalid, NotFound
from app.models import ShareLink
from tests.people import Person, creation


async def opens(link: ShareLink) -> bool:
    """The page and the bytes agree."""
    try:
        await showing.get_shared(link.token)
    except NotFound:
        with pytest.raises(NotFound):
            await showing.get_bytes(link.media_key, None)
        return False
    found = await showing.get_bytes(link.media_key, None)
    assert found.creation_id == link.creation and not found.public
    return True


async def test_whoever_holds_it_sees_the_picture_and_views_are_counted(alice: Person):
    made = await creation(alice.me, visibility="private")
    link = await library.share(made.id, alice.me, 7)

    assert await opens(link) and await opens(link)

    [listed] = await library.links_of(made.id, alice.me)
    assert listed.views == 2


async def test_it_ends_when_its_days_are_over(alice: Person):
    made = await creation(alice.me, visibility="private")
    week, for_ever = await library.share(made.id, alice.me, 7), await library.share(made.id, alice.me, 0)
    await ShareLink.update({ShareLink.expires_at: ShareLink.expires_at - timedelta(days=8)}).where(
        ShareLink.expires_at.is_not_null()
    )

    assert not await opens(week)
    assert await opens(for_ever)


async def test_the_days_are_those_that_were_chosen(alice: Person):
    made = await creation(alice.me, visibility="private")

    link = await library.share(made.id, alice.me, 30)

    assert link.expires_at - datetime.now(UTC) > timedelta(days=29)
    for days in (-1, 1, 365):
        with pytest.raises(Invalid):
            await library.share(made.id, alice.me, days)


async def test_stopped_it_opens_nothing_and_the_others_go_on(alice: Person):
    made = await creation(alice.me, visibility="private")
    first, second = await library.share(made.id, alice.me, 0), await library.share(made.id, alice.me, 0)

    await library.revoke(first.id, alice.me)

    assert not await opens(first) and await opens(second)
    assert [link.id for link in await library.links_of(made.id, alice.me)] == [second.id]


async def test_making_it_private_stops_them_all(alice: Person):
    made = await creation(alice.me, visibility="public")
    links = [await library.share(made.id, alice.me, days) for days in (0, 7)]

    await library.set_visibility([made.id], alice.me, "private")

    assert [await opens(link) for link in links] == [False, False]


async def test_they_do_not_come_back_with_a_deleted_picture(alice: Person):
    made = await creation(alice.me, visibility="private")
    link = await library.share(made.id, alice.me, 0)

    await library.delete(made.id, alice.me)
    assert not await opens(link)
    await library.restore(made.id, alice.me)

    assert not await opens(link)


async def test_charlie_neither_makes_nor_sees_nor_stops_her_links(alice: Person, charlie: Person):
    made = await creation(alice.me, visibility="private")
    link = await library.share(made.id, alice.me, 0)

    with pytest.raises(NotFound):
        await library.share(made.id, charlie.me, 0)
    with pytest.raises(NotFound):
        await library.links_of(made.id, charlie.me)
    with pytest.raises(NotFound):
        await library.revoke(link.id, charlie.me)
    with pytest.raises(NotFound):
        await library.revoke(uuid4(), alice.me)

    assert await opens(link)

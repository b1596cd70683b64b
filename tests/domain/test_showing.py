"""What strangers may see, in what order, and how liking counts."""

import asyncio
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.domain import library, showing
from app.domain.paging import BadCursor, cursor_of
from app.errors import NotFound
from app.models import Account, Creation
from tests.people import Person, creation, finished


async def walked(sort: str, monkeypatch: pytest.MonkeyPatch, size: int = 3) -> list[UUID]:
    monkeypatch.setattr(showing, "PAGE", size)
    found: list[UUID] = []
    cursor = ""
    while True:
        page = await showing.explore(sort, cursor=cursor)
        found += [row["id"] for row in page.items]
        if not (cursor := page.next):
            return found


async def test_newest_first_page_after_page(alice: Person, monkeypatch: pytest.MonkeyPatch):
    made = [await creation(alice.me) for _ in range(7)]

    assert await walked("new", monkeypatch) == [each.id for each in reversed(made)]


async def test_most_liked_first_page_after_page(alice: Person, monkeypatch: pytest.MonkeyPatch):
    made = {(await creation(alice.me)).id: likes for likes in (2, 5, 2, 0, 5, 1, 2)}
    for creation_id, likes in made.items():
        await Creation.update({Creation.likes: likes}).where(Creation.id == creation_id)

    expected = sorted(made, key=lambda each: (made[each], each), reverse=True)
    assert await walked("liked", monkeypatch) == expected


@pytest.mark.policy("P21")
async def test_only_what_is_public_and_not_deleted_is_listed(alice: Person):
    _, (shown, hidden, deleted) = await finished(alice.me, pictures=3)
    await library.set_visibility([hidden.id], alice.me, "private")
    await library.delete(deleted.id, alice.me)

    assert [row["id"] for row in (await showing.explore()).items] == [shown.id]
    assert [row["slug"] for row in await showing.newest_addresses()] == [shown.slug]


async def test_published_again_it_is_new_again(alice: Person):
    first, second = await creation(alice.me), await creation(alice.me)
    await library.set_visibility([first.id], alice.me, "private")
    await library.set_visibility([first.id], alice.me, "public")

    assert [row["id"] for row in (await showing.explore()).items] == [first.id, second.id]


async def test_a_makers_page_shows_that_maker(alice: Person, bob: Person):
    hers = await creation(alice.me)
    await creation(bob.me)

    assert [row["id"] for row in (await showing.explore(maker=alice.me)).items] == [hers.id]


async def test_hidden_words_are_neither_found_nor_read(alice: Person):
    made = await creation(alice.me, "a heliotrope fox")
    assert (await showing.explore(q="heliotrope")).items[0]["prompt"] == "a heliotrope fox"

    await library.describe(made.id, alice.me, "Fox", False)

    assert (await showing.explore(q="heliotrope")).items == []
    assert [row["prompt"] for row in (await showing.explore(q="fox")).items] == [""]


BEFORE_ALL_TIME = datetime.min.replace(tzinfo=timezone(timedelta(hours=23)))


@pytest.mark.policy("P21")
@pytest.mark.parametrize(
    "cursor", ["x", cursor_of(2**70, UUID(int=0)), cursor_of(BEFORE_ALL_TIME, UUID(int=0)), "\0", "fHw"]
)
@pytest.mark.parametrize("sort", ["new", "liked"])
async def test_a_forged_cursor_is_said_to_be_one(clean: None, sort: str, cursor: str):
    with pytest.raises(BadCursor):
        await showing.explore(sort, cursor=cursor)


async def test_ten_people_liking_at_once_are_ten(alice: Person):
    made = await creation(alice.me)
    people = [Account(handle=f"p{number}", name="P", email=f"{number}@b.c") for number in range(10)]
    await Account.insert(*people)

    for times in range(1, 6):
        liked = times % 2 == 1
        await asyncio.gather(*(showing.like(made.slug, person.id, liked) for person in people for _ in range(2)))
        assert (await showing.get_visible(made.slug, None)).likes == (10 if liked else 0)


async def test_a_like_is_taken_back_once(alice: Person, bob: Person):
    made = await creation(alice.me)
    await showing.like(made.slug, alice.me, True)
    await showing.like(made.slug, bob.me, True)

    await showing.like(made.slug, bob.me, False)
    await showing.like(made.slug, bob.me, False)

    assert (await showing.get_visible(made.slug, None)).likes == 1
    assert await showing.likes_it(made.id, alice.me) and not await showing.likes_it(made.id, bob.me)


async def test_nobody_likes_what_they_cannot_see(alice: Person, charlie: Person):
    made = await creation(alice.me, visibility="private")

    with pytest.raises(NotFound):
        await showing.like(made.slug, charlie.me, True)

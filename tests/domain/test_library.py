"""A maker's own wall: in order, complete, searchable, changed all at once or not at all, and forgiving."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app import settings, storage
from app.domain import library, showing
from app.domain.paging import BadCursor, cursor_of
from app.errors import Invalid, NotFound
from app.models import AuditEvent, Creation
from tests.people import Person, creation, finished


async def made_many(alice: Person, count: int) -> list[UUID]:
    """Newest first; in pairs of the same moment, so that time alone does not order them."""
    one = await creation(alice.me)
    template = {name: value for name, value in one.to_dict().items() if name not in {"id", "slug", "media_key"}}
    await Creation.delete().where(Creation.id == one.id)
    now, rows = datetime.now(UTC), []
    for number in range(count):
        moment = now - timedelta(minutes=number // 2)
        own = {"id": uuid4(), "params": "{}", "position": number, "created_at": moment, "published_at": moment}
        rows.append(Creation(**(template | own)))
    await Creation.insert(*rows)
    return [row.id for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)]


async def walked(alice: Person, **query: str) -> list[UUID]:
    found, cursor = [], ""
    while True:
        page = await library.list_own(alice.me, cursor=cursor, **query)
        found += [item.id for item in page.items]
        if not (cursor := page.next):
            return found


async def test_page_after_page_shows_each_item_once_and_in_order(alice: Person):
    expected = await made_many(alice, 2 * library.PAGE + 3)

    assert await walked(alice) == expected


async def test_a_last_page_that_is_exactly_full_has_none_after_it(alice: Person):
    expected = await made_many(alice, library.PAGE)

    assert (await library.list_own(alice.me)).next == ""
    assert await walked(alice) == expected


async def test_the_next_page_stays_the_same_when_something_new_arrives(alice: Person):
    expected = await made_many(alice, library.PAGE + 5)
    first = await library.list_own(alice.me)

    await creation(alice.me)

    second = await library.list_own(alice.me, cursor=first.next)
    assert [item.id for item in second.items] == expected[library.PAGE :]


async def test_the_next_page_stays_the_same_when_its_anchor_is_deleted(alice: Person):
    expected = await made_many(alice, library.PAGE + 5)
    first = await library.list_own(alice.me)

    await library.delete(first.items[-1].id, alice.me)

    second = await library.list_own(alice.me, cursor=first.next)
    assert [item.id for item in second.items] == expected[library.PAGE :]


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", cursor_of(5, UUID(int=7)), "\0", "MjAyNg", "=" * 50])
async def test_a_forged_cursor_is_said_to_be_one(alice: Person, cursor: str):
    with pytest.raises(BadCursor):
        await library.list_own(alice.me, cursor=cursor)


async def test_she_finds_hers_by_title_and_by_words_that_she_hid(alice: Person):
    fox, hare = await creation(alice.me, "a red fox"), await creation(alice.me, "a brown hare", "private")
    await library.describe(fox.id, alice.me, "Winter morning", False)

    assert await walked(alice, q="fox") == [fox.id] == await walked(alice, q="winter")
    assert await walked(alice, q="hare", visibility="private") == [hare.id]
    assert await walked(alice, q="hare", visibility="public") == []
    assert await walked(alice, q="'; DROP TABLE creation; --") == []


async def test_she_finds_arabic_words(alice: Person):
    sea = await creation(alice.me, "بحر هادئ عند الظهر")

    assert await walked(alice, q="بحر") == [sea.id]


async def test_nobody_finds_hers_in_their_library(alice: Person, charlie: Person):
    await creation(alice.me)

    assert await walked(charlie) == []


async def test_several_are_changed_together(alice: Person):
    _, made = await finished(alice.me, pictures=3)

    await library.set_visibility([each.id for each in made], alice.me, "private")

    assert {item.visibility for item in (await library.list_own(alice.me)).items} == {"private"}
    assert await AuditEvent.count().where(AuditEvent.action == "creation.visibility") == 3


async def test_one_that_is_not_hers_and_none_is_changed(alice: Person, bob: Person):
    mine, his = await creation(alice.me), await creation(bob.me)

    with pytest.raises(NotFound):
        await library.set_visibility([mine.id, his.id], alice.me, "private")
    with pytest.raises(NotFound):
        await library.set_visibility([mine.id, uuid4()], alice.me, "private")
    with pytest.raises(NotFound):
        await library.set_visibility([], alice.me, "private")

    assert await Creation.count().where(Creation.visibility == "private") == 0


async def test_private_to_private_changes_nothing(alice: Person):
    made = await creation(alice.me, visibility="private")

    [after] = await library.set_visibility([made.id, made.id], alice.me, "private")

    assert (after.media_key, after.version) == (made.media_key, made.version)


async def test_made_private_its_bytes_are_somewhere_else(alice: Person):
    made = await creation(alice.me)

    [hidden] = await library.set_visibility([made.id], alice.me, "private")
    [shown] = await library.set_visibility([made.id], alice.me, "public")

    assert made.media_key != hidden.media_key == shown.media_key
    with pytest.raises(NotFound):
        await showing.get_bytes(made.media_key, alice.me)


async def test_a_deleted_one_comes_back_as_it_was(alice: Person):
    made = await creation(alice.me, visibility="private")
    await library.describe(made.id, alice.me, "Fox", False)

    await library.delete(made.id, alice.me)
    assert await walked(alice) == [] and [row.id for row in await library.list_deleted(alice.me)] == [made.id]
    back = await library.restore(made.id, alice.me)

    assert (back.title, back.visibility, back.show_prompt, back.slug) == ("Fox", "private", False, made.slug)
    assert back.media_key != made.media_key
    assert await walked(alice) == [made.id]


async def test_nothing_is_deleted_or_brought_back_twice_or_by_somebody_else(alice: Person, charlie: Person):
    made = await creation(alice.me)
    with pytest.raises(NotFound):
        await library.delete(made.id, charlie.me)
    with pytest.raises(NotFound):
        await library.restore(made.id, alice.me)

    await library.delete(made.id, alice.me)

    with pytest.raises(NotFound):
        await library.delete(made.id, alice.me)
    with pytest.raises(NotFound):
        await library.restore(made.id, charlie.me)


async def test_after_the_days_of_undo_row_and_bytes_are_gone(alice: Person):
    made, young = await creation(alice.me), await creation(alice.me)
    await library.delete(made.id, alice.me)
    await library.delete(young.id, alice.me)
    past = datetime.now(UTC) - timedelta(days=settings.get().undo_days, minutes=1)
    await Creation.update({Creation.deleted_at: past}).where(Creation.id == made.id)

    assert await library.erase_deleted() == 1

    assert await storage.keys(library.folder(made.id)) == []
    assert len(await storage.keys(library.folder(young.id))) == 4
    with pytest.raises(NotFound):
        await library.restore(made.id, alice.me)


async def test_a_title_is_one_line_of_some_length(alice: Person):
    made = await creation(alice.me)

    for typed, kept in ((" Two\0 \n lines ", "Two lines"), ("fox\u202egnp.exe\ufeff", "foxgnp.exe"), ("\u2067", "")):
        assert (await library.describe(made.id, alice.me, typed, True)).title == kept
    with pytest.raises(Invalid):
        await library.describe(made.id, alice.me, "x" * 121, True)

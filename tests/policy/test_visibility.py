"""Public unless it is marked private, private from the first moment, and one switch that everything obeys at once."""

import time

import pytest
from litestar import Litestar

from app import cache
from app.domain import accounts, generation, hiding, library, moderation, watching, work
from app.models import AuditEvent, Creation, Generation
from app.realtime import bus, preview
from tests.people import Browser, Person, asked, claimed, creation, drawn, finished, staff

WORDS = "heliotrope kestrel"
PUBLIC_PLACES = ("/", "/explore", "/explore?q=kestrel", "/explore?sort=liked", "/feed.xml", "/sitemap.xml",
                 "/api/v1/explore", "/api/v1/explore?q=kestrel")  # fmt: skip


async def places_with(visitor: Browser, made: Creation, handle: str) -> set[str]:
    """Where a stranger finds it, by its words or by its address."""
    asked_in = (*PUBLIC_PLACES, f"/u/{handle}", f"/oembed?url=http://127.0.0.1:8000/c/{made.slug}")
    found = set()
    for place in asked_in:
        answer = await visitor.get(place)
        text = answer.text.replace('value="kestrel"', "").replace("q=kestrel", "")
        if answer.status_code == 200 and any(word in text for word in (made.slug, made.media_key, "heliotrope")):
            found.add(place)
    return found


@pytest.mark.policy("P21", "P22")
async def test_by_default_it_is_in_explore_within_two_seconds(alice: Person, visitor: Browser):
    await alice.post("/create", data={"prompt": WORDS})
    mine = await claimed()
    started = time.monotonic()
    assert await work.succeed(mine, [await drawn()])

    page = await visitor.get("/explore")

    [made] = await Creation.objects()
    assert made.visibility == "public" and made.slug in page.text and time.monotonic() - started < 2
    assert len(await places_with(visitor, made, alice.account.handle)) == len(PUBLIC_PLACES) + 2


@pytest.mark.policy("P21", "P22")
async def test_made_privately_it_was_never_anywhere(alice: Person, visitor: Browser):
    row = await asked(alice.me, WORDS, "private")
    mine = await claimed()
    packet = preview.pack(preview.Preview(row.id, 0, 1, 3, 16, b"jpeg"))
    await cache.redis().set(bus.frame_key(row.id), packet)
    forming = [f"/g/{row.id}", f"/g/{row.id}/card", f"/g/{row.id}/frame/0", f"/api/v1/generations/{row.id}"]
    assert {(await visitor.get(each)).status_code for each in forming} == {404}

    await work.succeed(mine, [await drawn()])

    [made] = await Creation.objects()
    assert await places_with(visitor, made, alice.account.handle) == set()
    for address in (f"/c/{made.slug}", f"/m/{made.media_key}/thumb.webp", f"/m/{made.media_key}/card.jpg"):
        assert (await visitor.get(address)).status_code == 404
        assert (await alice.get(address)).status_code == 200


@pytest.mark.policy("P22")
async def test_turned_private_while_it_forms_the_finished_one_is_private(alice: Person, visitor: Browser):
    row = await asked(alice.me, WORDS, "public")
    mine = await claimed()

    answer = await alice.post(f"/g/{row.id}/visibility", data={"visibility": "private"})
    assert answer.status_code == 303
    await work.succeed(mine, [await drawn()])

    [made] = await Creation.objects()
    assert made.visibility == "private" and await places_with(visitor, made, alice.account.handle) == set()


@pytest.mark.policy("P22")
@pytest.mark.parametrize("state", ["friends", "PUBLIC", "public\0", "", "null"])
async def test_a_state_that_is_none_is_refused_and_changes_nothing(alice: Person, state: str):
    made = await creation(alice.me, visibility="private")

    answers = [
        await alice.post(f"/creations/{made.id}/visibility", data={"visibility": state}),
        await alice.patch(f"/api/v1/creations/{made.id}", json={"visibility": state}, headers=alice.key),
    ]

    assert {answer.status_code for answer in answers} <= {400, 422}
    assert (await library.get_own(made.id, alice.me)).visibility == "private"


@pytest.mark.policy("P22")
async def test_a_program_that_says_nothing_gets_what_its_person_chose(alice: Person):
    await alice.post("/account", data={"name": "Alice", "default_visibility": "private"})

    answer = await alice.post("/api/v1/generations", json={"prompt": WORDS}, headers=alice.key)

    assert answer.status_code == 201, answer.text
    assert [row.visibility for row in await Generation.objects()] == ["private"]


@pytest.mark.policy("P23")
async def test_one_press_and_every_place_obeys_within_a_second_and_back_again(alice: Person, visitor: Browser):
    made = await creation(alice.me, WORDS)
    before = await places_with(visitor, made, alice.account.handle)
    bytes_then = f"/m/{made.media_key}/full.webp"
    assert len(before) == len(PUBLIC_PLACES) + 2

    started = time.monotonic()
    await alice.post(f"/creations/{made.id}/visibility", data={"visibility": "private"})
    assert (await visitor.get(f"/c/{made.slug}")).status_code == (await visitor.get(bytes_then)).status_code == 404
    assert time.monotonic() - started < 1
    assert await places_with(visitor, made, alice.account.handle) == set()

    await alice.post(f"/creations/{made.id}/visibility", data={"visibility": "public"})
    again = await library.get_own(made.id, alice.me)
    assert await places_with(visitor, again, alice.account.handle) == before
    assert (await visitor.get(bytes_then)).status_code == 404, "a copied link died with the switch"
    assert await AuditEvent.count().where(AuditEvent.action == "creation.visibility") == 2


@pytest.mark.policy("P23")
async def test_nobody_else_can_press_it_nor_tell_that_it_is_there(alice: Person, bob: Person):
    _, [first, second] = await finished(alice.me, pictures=2)
    ids = [str(first.id), str(second.id)]

    answers = [
        await bob.post(f"/creations/{first.id}/visibility", data={"visibility": "private"}),
        await bob.post("/library/visibility", data={"id": ids, "visibility": "private"}),
        await bob.patch(f"/api/v1/creations/{first.id}", json={"visibility": "private"}, headers=bob.key),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert await Creation.count().where(Creation.visibility == "public") == 2
    assert await generation.unfinished_of(bob.me) == []


@pytest.mark.policy("P23")
async def test_one_press_makes_everything_private_and_nothing_comes_back(alice: Person, bob: Person, visitor: Browser):
    made = await creation(alice.me, WORDS)
    deleted, his = await creation(alice.me), await creation(bob.me, WORDS)
    await library.delete(deleted.id, alice.me)
    row = await watching.set_watchable((await asked(alice.me)).id, alice.me, watchable=True)
    watched = f"/g/{row.id}?watch={row.watch_token}"
    bytes_then = f"/m/{made.media_key}/full.webp"
    assert len(await places_with(visitor, made, alice.account.handle)) == len(PUBLIC_PLACES) + 2
    assert (await visitor.get(watched)).status_code == 200

    started = time.monotonic()
    answer = await alice.post("/library/hide")

    assert (answer.status_code, answer.headers["location"]) == (303, "/library?hidden=true")
    assert {(await visitor.get(each)).status_code for each in (f"/c/{made.slug}", bytes_then, watched)} == {404}
    assert time.monotonic() - started < 1
    mine = await library.get_own(made.id, alice.me)
    assert mine.slug not in (await visitor.get("/explore")).text and his.slug in (await visitor.get("/explore")).text
    assert (await alice.get(f"/m/{mine.media_key}/full.webp")).status_code == 200
    assert "Everything is private now." in (await alice.get(answer.headers["location"])).text

    assert (await library.restore(deleted.id, alice.me)).visibility == "private", "undo does not publish it"
    await work.succeed(await claimed(), [await drawn()])
    assert await Creation.count().where(Creation.owner == alice.me, Creation.visibility == "public") == 0
    again = await generation.retry(made.generation, alice.me)
    assert again.visibility == "private", "asked for again, it is as it is now"
    assert await AuditEvent.count().where(AuditEvent.action == "creation.hide_all") == 1


@pytest.mark.policy("P23")
async def test_in_the_same_place_it_is_settled_what_comes_later_is(alice: Person):
    await alice.post("/library/hide")
    assert (await accounts.get(alice.me)).default_visibility == "public", "left as it was"

    await alice.post("/library/hide", data={"later": "1"})
    await alice.post("/api/v1/generations", json={"prompt": WORDS}, headers=alice.key)

    assert [row.visibility for row in await Generation.objects()] == ["private"]
    assert 'name="later" value="1" checked' in (await alice.get("/privacy/center")).text


@pytest.mark.policy("P23")
async def test_what_the_studio_held_and_gives_back_comes_back_to_its_maker_alone(alice: Person, web: Litestar):
    piece = await creation(alice.me)
    mona = await staff(web, "moderator")
    await moderation.decide(piece.id, mona.me, "hold", "rights", "It is hers, we think.")

    await hiding.hide_all(alice.me)
    await moderation.decide(piece.id, mona.me, "allow", "rights", "It is yours.")

    given_back = await library.get_own(piece.id, alice.me)
    assert (given_back.held, given_back.visibility) == ("", "private")

"""Alice follows Bob: Explore shows her his pieces, he learns that there is one more, and nobody that it is she."""

from collections.abc import Iterator

import pytest

from app.domain import credits, generation, leaving, library, objecting, showing, withholding
from app.domain.withheld import Why
from app.models import Account, Follow
from tests.domain.test_licences import forget
from tests.people import FROM_HTMX, Browser, Person, creation
from tests.policy.test_taking_out import contents, packed
from tests.routes.reading import read

LARGE = "Qwen/Qwen-Image"


async def follow(person: Person, maker: Person, wanted: str = "1") -> int:
    answer = await person.post(f"/u/{maker.account.handle}/follow", data={"follow": wanted})
    return answer.status_code


async def wall(person: Browser, address: str) -> str:
    return (await person.get(address, headers=FROM_HTMX)).text


async def test_she_follows_and_takes_it_back(alice: Person, bob: Person, charlie: Person):
    his, other = await creation(bob.me), await creation(charlie.me)
    assert [await follow(alice, bob) for _ in range(2)] == [303, 303]
    assert "1 follower" in (await bob.get(f"/u/{bob.account.handle}")).text
    shown = await wall(alice, "/explore?sort=following")
    assert his.slug in shown and other.slug not in shown

    await follow(alice, bob, "0")

    assert his.slug not in await wall(alice, "/explore?sort=following")
    assert "0 followers" in (await bob.get(f"/u/{bob.account.handle}")).text


async def test_nobody_learns_whom_she_follows(alice: Person, bob: Person, charlie: Person, visitor: Browser):
    await creation(bob.me)
    await follow(alice, bob)

    for who in (bob, charlie, visitor):
        for path in (f"/u/{bob.account.handle}", f"/u/{alice.account.handle}", "/explore"):
            page = (await who.get(path)).text
            assert "Alice" not in page or path == f"/u/{alice.account.handle}"
    assert 'aria-pressed="false"' in (await charlie.get(f"/u/{bob.account.handle}")).text
    assert str(alice.me) not in str(contents(await packed(bob), "data/", "csv/"))
    assert str(bob.me) in str(contents(await packed(alice), "csv/follow.csv"))


async def test_what_is_private_or_withheld_is_in_no_feed(alice: Person, bob: Person):
    his = await creation(bob.me)
    await follow(alice, bob)
    await library.set_visibility([his.id], bob.me, "private")
    assert his.slug not in await wall(alice, "/explore?sort=following")
    await library.set_visibility([his.id], bob.me, "public")
    assert his.slug in await wall(alice, "/explore?sort=following")
    await withholding.withhold(bob.me, Why.RESTRICTED)

    assert his.slug not in await wall(alice, "/explore?sort=following")
    assert await follow(alice, bob) == 404, "as if he were not there"


async def test_nobody_follows_nobody_or_themselves(alice: Person, visitor: Browser):
    assert await follow(alice, alice) == 422
    assert (await alice.post("/u/nobody-at-all/follow", data={"follow": "1"})).status_code == 404
    assert (await visitor.post(f"/u/{alice.account.handle}/follow", data={"follow": "1"})).status_code == 303
    assert not await Follow.exists()


async def test_it_goes_with_her_account(alice: Person, bob: Person):
    await follow(alice, bob)
    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    assert not await Follow.exists()


@pytest.mark.policy("P16")
async def test_for_her_and_off_by_one_switch(alice: Person, bob: Person, charlie: Person, visitor: Browser):
    """Off: Explore is what a stranger sees, byte for byte, and Create begins as it does for a newcomer."""
    followed, liked, other = await creation(bob.me), await creation(charlie.me), await creation(alice.me)
    second = await creation(charlie.me, "another")
    await follow(alice, bob)
    await showing.like(liked.slug, alice.me, True)
    shown = await wall(alice, "/explore?sort=you")
    assert all(each.slug in shown for each in (followed, liked, second)) and other.slug not in shown

    await alice.post("/privacy/center/object", data={"purpose": "personalise", "objects": "yes"})

    assert await wall(alice, "/explore?sort=you") == await wall(visitor, "/explore?sort=you")
    assert await wall(alice, "/explore") == await wall(visitor, "/explore")
    assert "For you" not in (await alice.get("/explore")).text
    await alice.post("/privacy/center/object", data={"purpose": "personalise", "objects": "no"})
    assert "For you" in (await alice.get("/explore")).text and await wall(alice, "/explore?sort=you") == shown


@pytest.fixture
def two_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("IMAGE_MODEL", f"starters/image,{LARGE}")
    forget()
    yield
    monkeypatch.undo()
    forget()


@pytest.mark.policy("P16")
async def test_create_begins_as_she_made_something_last(alice: Person, bob: Person, two_models: None):
    async def offered(person: Person, address: str = "/create") -> tuple[str, str]:
        page = read(await person.get(address))
        model = next(each["value"] for each in page.all("option") if "selected" in each and "/" in each["value"])
        return model, page.fields["size"]

    fresh = await offered(alice)
    await credits.bring_in(alice.me, 100_000, "grant", "grant:test")
    wide = {"prompt": "a red fox", "size": "1664x928", "num_inference_steps": "1"}
    await generation.submit(alice.me, LARGE, wide, "private", confirmed=100_000)

    assert fresh == ("starters/image", "128x128")
    assert await offered(alice) == await offered(alice, "/create?prompt=a+sea") == (LARGE, "1664x928")
    assert (await offered(alice, "/create?model=starters/image")) == fresh, "what an address says counts"
    assert await offered(bob) == fresh
    await objecting.object_to(alice.me, "personalise", True)
    assert await offered(alice) == fresh


@pytest.mark.policy("P16")
@pytest.mark.parametrize("sort", ["", "you ", "YOU", "owner; DROP TABLE follow", "\u202e"])
async def test_an_order_that_is_none_is_the_usual_one(alice: Person, bob: Person, visitor: Browser, sort: str):
    await creation(bob.me)

    found = await alice.get("/explore", params={"sort": sort}, headers=FROM_HTMX)
    assert found.status_code == 200 and found.text == await wall(visitor, "/explore")


async def test_a_piece_of_hers_stands_for_her_while_it_is_public(alice: Person, bob: Person, visitor: Browser):
    piece = await creation(alice.me)
    assert "stand for me" in (await alice.get(f"/c/{piece.slug}")).text

    assert (await alice.post("/account/picture", data={"creation": str(piece.id)})).status_code == 303
    page = (await visitor.get(f"/u/{alice.account.handle}")).text
    assert f'class="likeness" src="/m/{piece.media_key}/thumb.webp"' in page
    await library.set_visibility([piece.id], alice.me, "private")
    assert "likeness" not in (await visitor.get(f"/u/{alice.account.handle}")).text
    assert (await alice.post("/account/picture")).status_code == 303
    assert (await Account.objects().get(Account.id == alice.me)).picture is None


async def test_nobody_stands_behind_somebody_elses_piece(alice: Person, bob: Person):
    piece = await creation(alice.me)

    for creation_id in (str(piece.id), "no-id", "\u202e"):
        assert (await bob.post("/account/picture", data={"creation": creation_id})).status_code == 404
    assert "likeness" not in (await alice.get(f"/u/{bob.account.handle}")).text

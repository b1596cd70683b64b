"""Alice asks that her data be kept and not used: nobody sees any of it, nothing is lost, and it comes back."""

import pytest

from app.domain import generation, library, watching, withholding
from app.domain.withheld import Why
from app.errors import Refused
from app.models import Account
from tests.people import Browser, Person, asked, finished

pytestmark = pytest.mark.policy("P52")


async def everything_public(alice: Person) -> list[str]:
    """Every address by which a stranger may come to what she made."""
    made, [creation] = await finished(alice.me)
    _, [hidden] = await finished(alice.me, "a secret fox", "private")
    watched = await watching.set_watchable(made.id, alice.me, True)
    link = await library.share(hidden.id, alice.me, 7)
    return [
        f"/c/{creation.slug}", f"/m/{creation.media_key}/thumb.webp", f"/m/{link.media_key}/thumb.webp",
        f"/s/{link.token}", f"/u/{alice.account.handle}", f"/g/{made.id}?watch={watched.watch_token}",
        f"/oembed?url=http://127.0.0.1:8000/c/{creation.slug}",
    ]  # fmt: skip


async def test_nobody_finds_any_of_it_and_everything_comes_back(alice: Person, bob: Person, visitor: Browser):
    addresses = await everything_public(alice)
    before = [(await visitor.get(address)).status_code for address in addresses]

    await withholding.withhold(alice.me, Why.RESTRICTED)

    for person in (visitor, bob):
        assert [(await person.get(address)).status_code for address in addresses] == [404] * len(addresses)
        assert "a red fox" not in (await person.get("/explore")).text
        assert addresses[0] not in (await person.get("/sitemap.xml")).text
        assert addresses[0] not in (await person.get("/feed.xml")).text
    assert (await alice.get(addresses[0])).status_code == 200, "she still sees her own"

    assert await withholding.release(alice.me, Why.RESTRICTED)
    assert [(await visitor.get(address)).status_code for address in addresses] == before == [200] * len(addresses)


async def test_what_was_forming_ends_and_nothing_new_is_made(alice: Person):
    row = await asked(alice.me)

    await withholding.withhold(alice.me, Why.RESTRICTED)

    assert (await generation.get_own(row.id, alice.me)).status == "canceled"
    with pytest.raises(Refused):
        await asked(alice.me)


@pytest.mark.parametrize("second", [Why.RESTRICTED, Why.IDLE])
async def test_the_first_reason_holds_until_its_own_end(alice: Person, second: Why):
    await withholding.withhold(alice.me, Why.CHILD)
    await withholding.withhold(alice.me, second)

    assert await withholding.release(alice.me, second) is False
    assert (await Account.objects().get(Account.id == alice.me)).withheld_why == "child"


async def test_leaving_goes_before_every_other_reason(alice: Person):
    await withholding.withhold(alice.me, Why.RESTRICTED)
    await withholding.withhold(alice.me, Why.LEAVING)

    assert await withholding.release(alice.me, Why.RESTRICTED) is False

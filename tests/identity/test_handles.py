"""The name in one's address: one's own, readable, and nobody else's in disguise."""

import asyncio

import pytest

from app.domain import accounts, handles
from app.errors import Conflict, Invalid
from tests.people import Browser, Person, creation
from tests.routes.reading import read


async def test_her_page_moves_with_her_name(alice: Person, visitor: Browser):
    old, made = alice.account.handle, await creation(alice.me)

    saved = await alice.post(
        "/account", data={"name": "Alice", "handle": " Alice-Paints ", "default_visibility": "public"}
    )

    assert saved.status_code == 303
    assert (await visitor.get("/u/alice-paints")).status_code == 200
    assert (await visitor.get(f"/u/{old}")).status_code == 404
    assert "/u/alice-paints" in (await visitor.get(f"/c/{made.slug}")).text


@pytest.mark.parametrize(
    "wanted",
    ["", "ab", "a" * 31, "-alice", "alice-", "al--ice", "al ice", "al_ice", "alice.", "àlice", "аlice", "أليس",
     "a\0lice", "alice\u202e", "😀😀😀", "../admin", "alice/x"],
)  # fmt: skip
async def test_what_is_no_name_is_refused_and_nothing_else_saved(alice: Person, wanted: str):
    answer = await alice.post("/account", data={"name": "Other", "handle": wanted, "default_visibility": "private"})

    page, me = read(answer), await accounts.get(alice.me)
    assert answer.status_code == 422 and len(page.problems) == 1 and page.fields["name"] == "Other"
    assert (me.name, me.handle, me.default_visibility) == ("Alice", alice.account.handle, "public")


@pytest.mark.parametrize("wanted", ["admin", "Support", "qwenimage", "qwen-image", "adm1n", "m0derator", "sign-in"])
async def test_nobody_speaks_in_the_studios_name(alice: Person, wanted: str):
    with pytest.raises(Invalid):
        await handles.change(alice.me, wanted)


@pytest.mark.parametrize("wanted", ["lillo", "li1lo", "1illo", "l1ll0", "lil-lo"])
async def test_nobody_looks_like_somebody_else(alice: Person, bob: Person, wanted: str):
    await handles.change(alice.me, "lillo")

    with pytest.raises(Conflict):
        await handles.change(bob.me, wanted)


async def test_two_who_want_it_at_once_do_not_both_get_it(alice: Person, bob: Person):
    ends = await asyncio.gather(
        handles.change(alice.me, "wanted"), handles.change(bob.me, "wanted"), return_exceptions=True
    )

    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "NoneType"]

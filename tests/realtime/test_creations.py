"""Finished pieces: the maker's tabs follow every change, and a stranger's page lets go of what was put away."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.domain import hiding, library
from app.models import Creation
from app.realtime import bus
from tests.realtime.live import Person, Site, somebody_listens


async def made(owner: Person, visibility: str = "public") -> Creation:
    creation = Creation(
        owner=owner.id, kind="image", prompt="a red fox", params="{}", model="test", visibility=visibility,
        width=128, height=128, created_at=datetime.now(UTC),
        published_at=datetime.now(UTC) if visibility == "public" else None,
    )  # fmt: skip
    await Creation.insert(creation)
    return creation


@pytest.mark.policy("P23")
async def test_made_private_it_leaves_every_open_page_but_its_makers(site: Site, alice: Person, bob: Person):
    fox = await made(alice)
    hers, his, visitors = [await site.page(who, "explore=1") for who in (alice, bob, None)]
    await somebody_listens(bus.EXPLORE)
    await somebody_listens(bus.account_topic(alice.id))

    await library.set_visibility([fox.id], alice.id, "private")

    for page in (his, visitors):
        gone = await page.until_html(f'id="explore-{fox.id}" hx-swap-oob="delete"', f'<main id="show-{fox.id}"')
        assert "This is no longer here" in gone and "a red fox" not in gone
    card = await hers.until_html(f"creation-{fox.id}")
    assert "a red fox" in card
    assert not any("hx-swap-oob" in str(message) for message in hers.seen)


@pytest.mark.policy("P23")
async def test_everything_made_private_leaves_every_open_page_together(site: Site, alice: Person, bob: Person):
    pieces = [await made(alice) for _ in range(3)]
    hers, his = [await site.page(who, "explore=1") for who in (alice, bob)]
    await somebody_listens(bus.EXPLORE)
    await somebody_listens(bus.account_topic(alice.id))

    assert await hiding.hide_all(alice.id) == 3

    for piece in pieces:
        await his.until_html(f'id="explore-{piece.id}" hx-swap-oob="delete"')
        await hers.until_html(f"creation-{piece.id}")


async def test_deleted_it_leaves_its_makers_other_tabs(site: Site, alice: Person):
    fox = await made(alice, "private")
    tab = await site.page(alice)
    await somebody_listens(bus.account_topic(alice.id))

    await library.delete(fox.id, alice.id)

    await tab.until_html(f'<div id="creation-{fox.id}" hx-swap-oob="delete">')


async def test_each_person_reads_their_own_language(site: Site, alice: Person):
    fox = await made(alice)
    arabic = await site.connect("/live?explore=1", origin=site.origin, additional_headers={"Accept-Language": "ar"})
    english = await site.connect("/live?explore=1", origin=site.origin)
    await somebody_listens(bus.EXPLORE)

    await library.delete(fox.id, alice.id)

    async with asyncio.timeout(10):
        first, second = await arabic.recv(), await english.recv()
    assert "This is no longer here" in str(second)
    assert str(fox.id) in str(first)
    await arabic.close()
    await english.close()

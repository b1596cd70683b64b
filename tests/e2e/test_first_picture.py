"""From a stranger to a picture that others see, and do not see, and see again."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import BrowserContext, Page, expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.witness import seen

NAMES = {"en": "Alice", "ar": "ليلى"}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_somebody_signs_up_and_watches_a_first_picture_form_and_shares_it(
    open_context: OpenContext, language: str
):
    hers = await (await open_context(locale=language)).new_page()
    await a_stranger_signs_up(hers, language)
    await she_watches_it_form(hers, language)
    slug, creation_id = await she_finds_it_in_her_library(hers, language)

    visitor = await open_context(locale=language)
    await everybody_sees_it_while_it_is_public(hers, visitor, slug, creation_id)

    await acts.press_switch(hers, creation_id, "public")
    friend = await open_context(locale=language)
    await the_link_opens_for_a_friend(friend, slug)


async def a_stranger_signs_up(page: Page, language: str) -> None:
    await page.goto("/")
    assert await page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    await page.click("header a[href^='/sign-up']")
    await expect(page).to_have_url(re.compile("/sign-up/age"))
    await acts.answer_age(page)
    await acts.sign_up(page, NAMES[language], f"{uuid4().hex}@example.org", "public")
    await expect(page).to_have_url(re.compile("/create"))
    await expect(page.locator("#balance")).to_contain_text(acts.shown(500, language))


async def she_watches_it_form(page: Page, language: str) -> None:
    title = await page.title()
    await acts.ask(page, acts.PROMPT[language], steps=40)
    await acts.until_finished(page)

    witnessed = await seen(page)
    steps = [frame["step"] for frame in witnessed["frames"]]
    assert len(set(steps)) >= 3, steps
    assert steps == sorted(steps), "latest wins: a frame never goes back"
    assert len(witnessed["pictures"]) >= 3, "every frame is another picture"
    assert witnessed["holes"] == [], "the picture was away for a moment"
    assert len(set(witnessed["said"])) >= 3, witnessed["said"]
    assert any(acts.shown(40, language) in words for words in witnessed["said"]), witnessed["said"]
    percents = [each for each in witnessed["titles"] if re.match(r"\(.*[%٪].*\)", each)]
    assert percents, witnessed["titles"]
    assert title in witnessed["titles"][-1] and not witnessed["titles"][-1].startswith("(")
    await expect(page.locator("#balance")).to_contain_text(acts.shown(499, language))
    await expect(page.locator(".last-frame")).to_have_count(0)


async def she_finds_it_in_her_library(page: Page, language: str) -> tuple[str, str]:
    await page.click("nav a[href='/library']")
    card = page.locator(".wall .work")
    await expect(card).to_have_count(1)
    await expect(card.locator(".name")).to_have_text(acts.PROMPT[language])
    await expect(card.locator("form.switch")).to_have_attribute("data-visibility", "public")
    address = await card.locator("a.frame").get_attribute("href")
    identity = await card.get_attribute("id")
    assert address and identity
    return address, identity.removeprefix("creation-")


async def everybody_sees_it_while_it_is_public(
    hers: Page, visitor: BrowserContext, address: str, creation_id: str
) -> None:
    wall, room = await visitor.new_page(), await visitor.new_page()
    await wall.goto("/explore")
    await room.goto(address)
    on_the_wall, in_the_room = wall.locator(f"#explore-{creation_id}"), room.locator("figure img")
    await expect(on_the_wall).to_have_count(1)
    await expect(in_the_room).to_have_js_property("complete", True)
    bytes_at = await in_the_room.get_attribute("src")
    assert bytes_at
    assert (await visitor.request.get(bytes_at)).ok

    await acts.press_switch(hers, creation_id, "private")

    await expect(on_the_wall).to_have_count(0, timeout=1000)
    await expect(in_the_room).to_have_count(0, timeout=1000)
    key = bytes_at.rsplit("/", 1)[0]
    gone = [address, *(f"{key}/{name}" for name in ("original.png", "full.webp", "thumb.webp", "card.jpg"))]
    assert [(await visitor.request.get(each)).status for each in gone] == [404] * 5
    await expect(hers.locator(f"#creation-{creation_id} img")).to_have_js_property("complete", True)


async def the_link_opens_for_a_friend(friend: BrowserContext, address: str) -> None:
    page = await friend.new_page()
    answer = await page.goto(address)
    assert answer and answer.ok
    await expect(page.locator("figure img")).to_be_visible()
    for name in ("og:title", "og:image", "og:url", "og:image:alt"):
        assert await page.locator(f"meta[property='{name}']").get_attribute("content")
    assert await page.locator("meta[name='twitter:card']").get_attribute("content") == "summary_large_image"
    card = await friend.request.get(str(await page.locator("meta[property='og:image']").get_attribute("content")))
    assert card.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(await card.body())).size == (1200, 630)

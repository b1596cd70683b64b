"""What visitors find, and by which ways."""

import re

from playwright.async_api import expect

from app.domain import showing
from tests.browser import OpenContext
from tests.e2e.people import Visit, hang
from tests.people import account


async def test_explore_goes_on_while_one_scrolls_and_by_plain_links(alice: Visit, open_context: OpenContext):
    hung = [await hang(alice.account, f"endless {number}") for number in range(50)]
    page = await (await open_context()).new_page()
    await page.goto("/explore?q=endless")
    await expect(page.locator(".wall .work")).to_have_count(48)
    await page.mouse.wheel(0, 20_000)
    await expect(page.locator(".wall .work")).to_have_count(50)
    scrolled = [await work.get_attribute("id") for work in await page.locator(".wall .work").all()]
    assert scrolled == [f"explore-{work.id}" for work in reversed(hung)]

    plain = await (await open_context(java_script_enabled=False)).new_page()
    await plain.goto("/explore?q=endless")
    walked: list[str | None] = []
    while True:
        walked += [await work.get_attribute("id") for work in await plain.locator(".wall .work").all()]
        if not await plain.locator(".more-row a").count():
            break
        await plain.click(".more-row a")
    assert walked == scrolled


async def test_liked_by_others_it_hangs_first(alice: Visit):
    bob = await account("Bob")
    dull, loved = await hang(bob, "liking dull"), await hang(bob, "liking loved")
    await hang(bob, "liking newest")
    page = alice.page
    await page.goto(f"/c/{loved.slug}")
    await page.click(".like button")
    await expect(page.locator(".like button")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".like b")).to_have_text("1")
    await page.goto("/explore?sort=liked&q=liking")
    await expect(page.locator(".wall .work").first).to_have_id(f"explore-{loved.id}")
    await expect(page.locator(f"#explore-{dull.id}")).to_have_count(1)
    await page.goto(f"/c/{loved.slug}")
    await page.click(".like button")
    await expect(page.locator(".like b")).to_have_text("0")


async def test_a_maker_has_a_page_of_what_is_public(alice: Visit, open_context: OpenContext):
    shown, hidden = await hang(alice.account, "shown"), await hang(alice.account, "hidden", "private")
    page = await (await open_context()).new_page()
    await page.goto(f"/c/{shown.slug}")
    await page.click(".by a")
    await expect(page).to_have_url(re.compile(f"/u/{alice.account.handle}"))
    await expect(page.locator(f"#explore-{shown.id}")).to_have_count(1)
    await expect(page.locator(f"#explore-{hidden.id}")).to_have_count(0)


async def test_hidden_words_are_nowhere_in_what_a_visitor_gets(alice: Visit, open_context: OpenContext):
    work = await hang(alice.account, "secret-recipe", show_prompt=False)
    page = await (await open_context()).new_page()
    for address in (f"/c/{work.slug}", "/explore", f"/u/{alice.account.handle}", "/feed.xml", "/"):
        answer = await page.request.get(address)
        assert answer.ok
        assert "secret-recipe" not in await answer.text(), address
    found = await showing.explore("new", "secret-recipe")
    assert not found.items


async def test_the_language_and_the_look_are_the_visitors_own(open_context: OpenContext):
    page = await (await open_context(color_scheme="light")).new_page()
    await page.goto("/explore")
    await page.click("button[name=language][value=ar]")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page).to_have_url(re.compile("/explore"))
    paper = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = await page.evaluate(paper)
    async with page.expect_response(re.compile("/preferences")):
        await page.click("button[name=theme][value=dark]")
    assert await page.evaluate(paper) != light
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")

"""A maker's wall: several at once, away and back, found again, shared with a few."""

import re

import pytest
from playwright.async_api import Download, expect

from tests.browser import OpenContext
from tests.e2e.people import Visit, hang


@pytest.mark.policy("P23")
async def test_several_are_made_private_at_once_and_visitors_lose_them(alice: Visit, open_context: OpenContext):
    works = [await hang(alice.account, f"hill number {number}") for number in range(3)]
    visitor = await (await open_context()).new_page()
    await visitor.goto("/explore")
    await expect(visitor.locator(f"#explore-{works[0].id}")).to_have_count(1)
    page = alice.page
    await page.goto("/library")
    await page.click(".bulk summary")
    await expect(page.locator("#bulk button[value=private]")).to_be_disabled()
    for work in works[:2]:
        await page.check(f"#creation-{work.id} .pick input")
    await expect(page.locator("[data-chosen]")).to_contain_text("2")
    await page.click("#bulk button[value=private]")

    for work in works[:2]:
        await expect(page.locator(f"#visibility-{work.id}")).to_have_attribute("data-visibility", "private")
        await expect(visitor.locator(f"#explore-{work.id}")).to_have_count(0)
    await expect(page.locator(f"#visibility-{works[2].id}")).to_have_attribute("data-visibility", "public")
    await expect(visitor.locator(f"#explore-{works[2].id}")).to_have_count(1)
    await expect(page.locator("#toasts .toast")).to_have_count(1)


async def test_deleted_and_brought_back(alice: Visit, open_context: OpenContext):
    work = await hang(alice.account, "a bridge")
    visitor = await (await open_context()).new_page()
    await visitor.goto("/explore")
    page = alice.page
    await page.goto("/library")
    card = page.locator(f"#creation-{work.id}")
    await card.locator(".menu summary").click()
    await card.locator("form[action$='/delete'] button").click()
    await expect(card).to_be_hidden()
    await expect(visitor.locator(f"#explore-{work.id}")).to_have_count(0)

    await page.click(".toast form button")
    await expect(card).to_be_visible()
    await expect(page.locator(".toast form")).to_have_count(0)
    assert (await visitor.request.get(f"/c/{work.slug}")).ok


async def test_deleted_on_its_own_page_it_waits_among_the_deleted(alice: Visit):
    work = await hang(alice.account, "a bridge")
    page = alice.page
    await page.goto(f"/c/{work.slug}")
    await page.click("main form[action$='/delete'] button")
    await expect(page).to_have_url(re.compile("/library/deleted"))
    await page.click(f"#creation-{work.id} form[action$='/restore'] button")
    await expect(page).to_have_url(re.compile("/library$"))
    await expect(page.locator(f"#creation-{work.id}")).to_be_visible()


async def test_searched_and_sorted_out(alice: Visit):
    fox = await hang(alice.account, "a red fox in snow")
    sea = await hang(alice.account, "بحر هادئ عند الظهر", "private")
    page = alice.page
    await page.goto("/library")
    for words, found in (("fox", fox), ("بحر", sea)):
        await page.fill("[name=q]", words)
        await page.press("[name=q]", "Enter")
        await expect(page.locator(".wall .work")).to_have_count(1)
        await expect(page.locator(f"#creation-{found.id}")).to_be_visible()
    await page.fill("[name=q]", "")
    await page.press("[name=q]", "Enter")
    await expect(page.locator(".wall .work")).to_have_count(2)
    await page.select_option("[name=visibility]", "private")
    await expect(page.locator(".wall .work")).to_have_count(1)
    await page.fill("[name=q]", "nothing like it")
    await page.press("[name=q]", "Enter")
    await page.click(".empty a[href='/library']")
    await expect(page.locator(".wall .work")).to_have_count(2)


async def test_a_long_wall_grows_while_one_scrolls(alice: Visit):
    for number in range(50):
        await hang(alice.account, f"hill number {number}")
    page = alice.page
    await page.goto("/library")
    await expect(page.locator(".wall .work")).to_have_count(24)
    for count in (48, 50):
        await page.mouse.wheel(0, 20_000)
        await expect(page.locator(".wall .work")).to_have_count(count)
    names = await page.locator(".wall .work .name").all_inner_texts()
    assert names == [f"hill number {number}" for number in reversed(range(50))]
    await expect(page.locator(".more-row")).to_have_count(0)


async def test_named_and_downloaded_under_its_name(alice: Visit):
    work = await hang(alice.account, "a bridge")
    page = alice.page
    await page.goto(f"/c/{work.slug}")
    await page.fill("[name=title]", "الجسر القديم")
    await page.uncheck("[name=show_prompt]")
    await page.click(".details-form button")
    await expect(page.locator(".details-form .saved")).to_be_visible()
    async with page.expect_download() as waiting:
        await page.click("main a[download]")
    saved: Download = await waiting.value
    assert saved.suggested_filename == "الجسر القديم.png"


async def test_a_private_picture_is_shared_with_a_few_until_the_link_is_stopped(
    alice: Visit, open_context: OpenContext
):
    work = await hang(alice.account, "a bridge", "private")
    page = alice.page
    await page.goto(f"/c/{work.slug}")
    await page.click("#share form[action$='/share'] button")
    link = await page.locator(".share-link input").input_value()
    friend = await (await open_context()).new_page()
    answer = await friend.goto(link)
    assert answer and answer.ok
    await expect(friend.locator("figure img")).to_have_js_property("complete", True)
    assert await friend.locator("figure img").evaluate("image => image.naturalWidth") > 0
    source = await friend.locator("figure img").get_attribute("src")
    assert (await friend.request.get(f"/c/{work.slug}")).status == 404

    await page.click(".share-link form button")
    await expect(page.locator(".share-link")).to_have_count(0)
    await expect(friend.locator("figure img")).to_have_count(0)
    assert (await friend.request.get(link)).status == 404
    assert (await friend.request.get(str(source))).status == 404

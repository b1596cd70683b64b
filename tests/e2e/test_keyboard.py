"""Everything without a mouse."""

import re

from playwright.async_api import expect

from tests.e2e import acts
from tests.e2e.people import Visit, hang

HERE = "() => document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.name"


async def test_the_first_stop_skips_to_the_content(alice: Visit):
    page = alice.page
    await hang(alice.account, "a bridge")
    await page.goto("/library")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("() => document.activeElement.closest('main') !== null")


async def test_the_order_of_stops_is_the_order_of_the_page(alice: Visit):
    page = alice.page
    await page.goto("/create")
    await page.locator("body").press("Tab")
    stops = []
    for _ in range(20):
        stops.append(await page.evaluate(HERE))
        if stops[-1] == "create-button":
            break
        await page.keyboard.press("Tab")
    expected = ["#main", "/", "/explore", "/create", "/library", "/create", "prompt", "visibility", "create-button"]
    assert [stop for stop in stops if stop in expected] == expected, stops


async def test_a_slash_searches_and_ctrl_enter_creates(alice: Visit):
    page = alice.page
    await page.goto("/library")
    await hang(alice.account, "a bridge")
    await page.reload()
    await page.keyboard.press("/")
    await expect(page.locator("[data-search]")).to_be_focused()
    await page.keyboard.type("a/b")
    await expect(page.locator("[data-search]")).to_have_value("a/b")

    await page.goto("/create")
    await page.focus("#prompt")
    await page.keyboard.type("a calm sea at noon")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".piece")).to_have_count(1)
    await acts.until_finished(page)


async def test_g_and_a_letter_goes_there_but_never_while_one_writes(alice: Visit):
    page = alice.page
    await page.goto("/explore")
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(page).to_have_url(re.compile("/library"))
    await page.goto("/create")
    await page.focus("#prompt")
    await page.keyboard.type("glass")
    await expect(page.locator("#prompt")).to_have_value("glass")
    await expect(page).to_have_url(re.compile("/create"))


async def test_the_switch_turns_by_the_space_bar_and_keeps_the_focus(alice: Visit):
    work = await hang(alice.account, "a bridge")
    page = alice.page
    await page.goto("/library")
    switch = page.locator(f"#visibility-{work.id} [role=switch]")
    for wanted in ("private", "public"):
        await switch.focus()
        await page.keyboard.press("Space")
        await expect(page.locator(f"#visibility-{work.id}")).to_have_attribute("data-visibility", wanted)
        await expect(switch).to_be_focused()
        await expect(switch).to_have_attribute("aria-checked", "true" if wanted == "public" else "false")


async def test_arrows_walk_along_the_wall(alice: Visit):
    works = [await hang(alice.account, f"hill number {number}") for number in range(3)]
    page = alice.page
    await page.goto("/library")
    await page.locator(f"#creation-{works[2].id} a.frame").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(f"#creation-{works[1].id} a.frame")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(f"#creation-{works[2].id} a.frame")).to_be_focused()


async def test_escape_closes_a_menu_and_gives_the_focus_back(alice: Visit):
    work = await hang(alice.account, "a bridge")
    page = alice.page
    await page.goto("/library")
    menu = page.locator(f"#creation-{work.id} .menu")
    await menu.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(menu.locator("a").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).not_to_have_attribute("open", "")
    await expect(menu.locator("summary")).to_be_focused()

"""Everything without a mouse."""

import re
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.people import Visit, hang
from tests.people import PASSWORD
from tests.studio import Studio

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


async def test_the_whole_way_from_signing_up_to_a_private_picture(studio: Studio, open_context: OpenContext):
    page = await (await open_context()).new_page()
    keyboard = page.keyboard
    await page.goto("/")
    await tab_to(page, "header a[href='/sign-up']")
    await keyboard.press("Enter")
    for name, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        await tab_to(page, f"[name=birth_{name}]")
        await keyboard.type(value)
    await keyboard.press("Enter")
    for name, value in (("name", "Alice"), ("email", f"{uuid4().hex}@example.org"), ("password", PASSWORD)):
        await tab_to(page, f"[name={name}]")
        await keyboard.type(value)
    await tab_to(page, "[name=default_visibility]")
    await keyboard.press("ArrowDown")
    await expect(page.locator("[name=default_visibility][value=private]")).to_be_checked()
    await tab_to(page, "main form .button.strong")
    await keyboard.press("Enter")

    await tab_to(page, "#prompt")
    await keyboard.type("a calm sea at noon")
    await tab_to(page, "[name=visibility][value=private]")
    await tab_to(page, "#depth summary")
    await keyboard.press("Enter")
    await tab_to(page, "#num_inference_steps")
    await keyboard.press("ControlOrMeta+a")
    await keyboard.type("4")
    await tab_to(page, "#create-button")
    await keyboard.press("Space")
    await acts.until_finished(page)
    await tab_to(page, ".piece a.frame")
    await keyboard.press("Enter")
    await expect(page.locator("main [role=switch]")).to_have_attribute("aria-checked", "false")
    assert (await page.request.get(page.url)).ok
    stranger = await (await open_context()).new_page()
    assert (await stranger.request.get(page.url)).status == 404


async def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone."""
    await page.locator(selector).first.wait_for(state="attached")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("(it) => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector} on {page.url}")

"""A browser that runs no script: all of it but the motion."""

import re
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.test_forming import held_still
from tests.studio import Studio


async def test_signing_up_creating_watching_showing_and_sharing_need_no_script(
    studio: Studio, open_context: OpenContext
):
    page = await (await open_context(java_script_enabled=False)).new_page()
    visitor = await (await open_context(java_script_enabled=False)).new_page()
    await page.goto("/")
    await page.click("header a[href^='/sign-up']")
    await acts.answer_age(page)
    await acts.sign_up(page, "Alice", f"{uuid4().hex}@example.org")
    await she_creates_and_watches_by_refresh(studio, page)

    await page.click("nav a[href='/library']")
    await expect(page.locator(".wall .work")).to_have_count(2)
    card = page.locator(".wall .work").first
    address = str(await card.locator("a.frame").get_attribute("href"))
    creation_id = str(await card.get_attribute("id")).removeprefix("creation-")
    await visitor.goto("/explore")
    await visitor.click(f"#explore-{creation_id} a.frame")
    await expect(visitor.locator("figure img")).to_be_visible()

    await card.get_by_role("switch").click()
    await expect(page.locator(f"#visibility-{creation_id}")).to_have_attribute("data-visibility", "private")
    assert (await visitor.request.get(address)).status == 404
    await she_shares_it(page, visitor, address)
    await she_makes_all_public_again(page, visitor, creation_id)


async def she_creates_and_watches_by_refresh(studio: Studio, page: Page) -> None:
    await page.fill("#prompt", "a calm sea at noon")
    await page.click("#depth summary")
    await page.fill("#num_inference_steps", "60")
    await page.check("[name=num_images_per_prompt][value='2']", force=True)
    await page.click("#create-button")
    await expect(page).to_have_url(re.compile("/g/"))
    await page.locator(".frame.forming img[src*='/frame/0']").wait_for(timeout=acts.PATIENCE)
    with held_still(studio):
        frame = str(await page.locator(".frame.forming img").first.get_attribute("src"))
        answer = await page.request.get(frame)
        assert answer.ok
        assert answer.headers["content-type"] == "image/jpeg"
    await acts.until_finished(page)


async def she_shares_it(page: Page, visitor: Page, address: str) -> None:
    await page.goto(address)
    await page.click("#share form[action$='/share'] button")
    link = await page.locator(".share-link input").input_value()
    await visitor.goto(link)
    await expect(visitor.locator("figure img")).to_be_visible()
    await page.click(".share-link form button")
    assert (await visitor.request.get(link)).status == 404


async def she_makes_all_public_again(page: Page, visitor: Page, creation_id: str) -> None:
    await page.goto("/library")
    await page.click(".bulk summary")
    await page.check(f"#creation-{creation_id} .pick input")
    await page.click("#bulk button[value=public]")
    await expect(page.locator(f"#visibility-{creation_id}")).to_have_attribute("data-visibility", "public")
    await visitor.goto("/explore")
    await expect(visitor.locator(f"#explore-{creation_id}")).to_be_visible()

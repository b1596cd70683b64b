"""A stranger reports, a moderator hides, its maker asks for another look, and somebody else decides again."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e.people import Visit, enter, hang, staff
from tests.studio import Studio


async def decide(page: Page, outcome: str, words: str) -> None:
    await page.check(f"[name=outcome][value={outcome}]", force=True)
    await page.fill("#text", words)
    await page.click("form[action$='/decide'] .button.strong")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_from_report_to_appeal(open_context: OpenContext, studio: Studio, language: str):
    alice: Visit = await enter(open_context, studio.base_url, "Alice", language)
    work = await hang(alice.account, "a bridge")
    stranger = await (await open_context(locale=language)).new_page()
    await stranger.goto(f"/c/{work.slug}")
    await stranger.click("a[href$='/report']")
    await stranger.check("[name=ground][value=rights]")
    for name, value in (("text", "I drew this."), ("name", "Carol"), ("email", "carol@example.org")):
        await stranger.fill(f"[name={name}]", value)
    await stranger.check("[name=good_faith]")
    await stranger.click("main form .button.strong")
    await expect(stranger.locator("main h1")).to_have_text(re.compile("Thank you|شكرًا"))

    mona = await staff(open_context, studio.base_url, "Mona", "moderator", language)
    await mona.goto("/admin/cases?kind=report")
    await mona.locator("tbody tr", has_text="bridge").last.locator("a").click()
    await mona.click(".facts a[href*='/admin/pieces/']")
    await decide(mona, "hold", "It is hers, we think.")
    await expect(stranger.locator("main")).to_be_visible()
    assert (await stranger.request.get(f"/c/{work.slug}")).status == 404

    page = alice.page
    await page.goto("/notices")
    await page.locator(".notices a[href^='/decisions/']").first.click()
    await expect(page.locator(".reasons")).to_contain_text("It is hers, we think.")
    await page.fill("#text", "It is mine.")
    await page.click("form[action$='/appeal'] .button")
    await expect(page.locator("a[href^='/support/']").first).to_be_visible()

    max_ = await staff(open_context, studio.base_url, "Max", "moderator", language)
    await max_.goto("/admin/cases?kind=appeal")
    await max_.locator("tbody tr a").first.click()
    await max_.click(".facts a[href*='/admin/pieces/']")
    await decide(max_, "allow", "It is yours indeed.")
    await expect(max_.locator(".thread").last).to_contain_text("It is yours indeed.")
    assert (await stranger.request.get(f"/c/{work.slug}")).ok

"""A moderator draws a veil; a stranger meets it, presses, and sees; its maker reads why."""

import re

import pytest
from playwright.async_api import expect

from app.workers import dressing
from tests.browser import OpenContext
from tests.e2e.people import enter, hang, staff
from tests.e2e.test_report_and_appeal import decide
from tests.studio import Studio


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_behind_a_veil_until_a_press(open_context: OpenContext, studio: Studio, language: str):
    alice = await enter(open_context, studio.base_url, "Alice", language)
    work = await hang(alice.account, "a battlefield at noon")
    stranger = await (await open_context(locale=language)).new_page()
    await stranger.goto(f"/c/{work.slug}")
    await expect(stranger.locator("main h1")).to_have_text("a battlefield at noon")

    mona = await staff(open_context, studio.base_url, "Mona", "moderator", language)
    await mona.goto(f"/admin/pieces/{work.id}")
    await decide(mona, "blur", "It is bloody.")
    await expect(mona.locator(".thread").last).to_contain_text("It is bloody.")
    await expect(stranger.locator("main")).not_to_contain_text("battlefield")  # without a reload
    await dressing.make_waiting()  # or the studio's own housekeeping did

    await stranger.goto(f"/c/{work.slug}")
    await expect(stranger.locator("main h1")).to_have_text(re.compile("^(Behind a veil|خلف ستار)$"))
    await expect(stranger.locator("main")).not_to_contain_text("battlefield")
    await stranger.click(".veil a")
    await expect(stranger.locator("main h1")).to_have_text("a battlefield at noon")
    picture = stranger.locator(".hung img")
    await expect(picture).to_have_js_property("naturalWidth", 64)
    assert "~/full.webp" in str(await picture.get_attribute("src"))

    await alice.page.goto(f"/c/{work.slug}")
    await alice.page.click(".veil a")
    await expect(alice.page.locator(".reasons")).to_contain_text("It is bloody.")

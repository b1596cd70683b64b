"""The price is told before the button, and telling it never moves the button."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e.people import enter
from tests.studio import Studio

PLACE = "(b) => { const r = b.getBoundingClientRect(); return [r.x + scrollX, r.y + scrollY].map(Math.round) }"


async def button(page: Page) -> list[int]:
    """Where it is on the page, however far that was scrolled."""
    place: list[int] = await page.locator("#create-button").evaluate(PLACE)
    return place


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_create_stays_under_the_finger_when_the_price_grows(
    open_context: OpenContext, studio: Studio, language: str
):
    page = (await enter(open_context, studio.base_url, "Alice", language)).page
    for width in (320, 390, 768, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto("/create")
        await page.click("#depth summary")
        before = await button(page)

        await page.locator("[name=num_images_per_prompt][value='4']").evaluate("radio => radio.click()")
        await page.fill("#num_inference_steps", "60")
        await page.locator("#num_inference_steps").blur()
        await expect(page.locator("#price .price-parts")).to_be_visible()

        assert await button(page) == before, width

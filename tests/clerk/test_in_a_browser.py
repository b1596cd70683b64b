"""Alice signs up and in through Clerk's own page, in a real browser, and comes back to where she wanted to be."""

import re
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import expect

from tests.browser import OpenContext
from tests.clerk.server import PUBLISHABLE, SECRET, WEBHOOK_SECRET, StandIn
from tests.e2e import acts
from tests.e2e.test_accessibility import look_at
from tests.standing import standing
from tests.studio import WEB, Studio

pytestmark = pytest.mark.policy("P39")


@pytest.fixture(scope="module")
async def outside(anyio_backend: object) -> AsyncIterator[StandIn]:
    stand_in = StandIn()
    async with standing(stand_in.app) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture(scope="module")
def vouched_studio(start_studio: Callable[..., Studio], outside: StandIn) -> Studio:
    studio = start_studio(
        WEB, CLERK_API_URL=outside.url, CLERK_SECRET_KEY=SECRET, CLERK_PUBLISHABLE_KEY=PUBLISHABLE,
        CLERK_WEBHOOK_SECRET=WEBHOOK_SECRET,
    )  # fmt: skip
    studio.wait_until_live()
    outside.azp = studio.base_url
    return studio


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_up_out_in_again_and_asked_once_more(
    clean: None, vouched_studio: Studio, outside: StandIn, open_context: OpenContext, language: str
):
    context = await open_context(locale=language, base_url=vouched_studio.base_url)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)

    await page.goto("/sign-up")
    await acts.answer_age(page)
    await look_at(page)
    await page.click("a[href^='/sign-in/clerk']")
    await page.fill("[name=email]", f"alice-{language}@example.org")
    await page.click("button")
    await expect(page).to_have_url(re.compile("/sign-up"))
    await look_at(page)
    await page.fill("[name=name]", "Alice")
    await page.check("[value=private]")
    await page.click("main form .button.strong")
    await expect(page).to_have_url(re.compile("/create"))

    await page.goto("/account/security")
    await expect(page.locator(f"a[href^='{outside.url}/user']")).to_be_visible()
    await look_at(page)
    await page.goto("/account")
    await page.click("form[action='/sign-out'] button")
    await page.goto("/library")
    await look_at(page)
    await page.click("a[href^='/sign-in/clerk']")
    await page.fill("[name=email]", f"alice-{language}@example.org")
    await page.click("button")
    await expect(page).to_have_url(re.compile("/library"))

    await page.goto("/is-it-you?next=/account/security")
    await look_at(page)
    await page.click("form[action='/is-it-you/clerk'] button")
    await page.fill("[name=email]", f"alice-{language}@example.org")
    await page.click("button")
    await expect(page).to_have_url(re.compile("/account/security"))
    await expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert refused == [] and not [each for each in await context.cookies() if each["name"] == "clerk"]

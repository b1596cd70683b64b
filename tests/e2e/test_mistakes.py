"""What goes wrong is said, in place, and loses nothing that was typed."""

import re

from playwright.async_api import expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit
from tests.people import PASSWORD, account, spend
from tests.studio import Studio

LOST = ("Failed to load resource", "htmx:responseError", "htmx:sendError", "htmx:afterRequest", "Response Status Error")


async def test_wrong_values_are_marked_and_everything_typed_stays(alice: Visit, complaints: Complaints):
    complaints.expect(*LOST)
    page = alice.page
    await page.goto("/create")
    await page.click("#depth summary")
    typed = {"#prompt": "x" * 2001, "#num_inference_steps": "999", "#seed": "a number", "#negative_prompt": "fog"}
    for field, value in typed.items():
        await page.fill(field, value)
    await expect(page.locator("#prompt-count")).to_have_class(re.compile("over"))
    await page.click("#create-button")

    for field in ("#prompt", "#num_inference_steps", "#seed"):
        await expect(page.locator(field)).to_have_attribute("aria-invalid", "true")
    for field, value in typed.items():
        await expect(page.locator(field)).to_have_value(value)
    assert await page.locator("#num_inference_steps-problem").inner_text()
    await expect(page.locator(".piece")).to_have_count(0)

    await page.fill("#prompt", "two red apples on a table")
    await page.fill("#seed", "7")
    await page.fill("#num_inference_steps", "8")
    await page.click("#create-button")
    await acts.until_finished(page)


async def test_without_credits_the_words_stay(alice: Visit, complaints: Complaints):
    complaints.expect(*LOST)
    page = alice.page
    await page.goto("/create")
    await spend(alice.account.id, 500)
    await acts.ask(page, "a calm sea at noon")
    await expect(page.locator("[role=alert]")).to_be_visible()
    await expect(page.locator("#prompt")).to_have_value("a calm sea at noon")


async def test_without_a_connection_the_words_stay(alice: Visit, complaints: Complaints):
    complaints.expect(*LOST, "ERR_INTERNET_DISCONNECTED", "WebSocket", "[object Event]")
    page = alice.page
    await page.goto("/create")
    await alice.context.set_offline(True)
    await acts.ask(page, "a calm sea at noon", steps=8)
    await expect(page.locator("#toasts .toast")).to_have_count(1)
    await expect(page.locator("#prompt")).to_have_value("a calm sea at noon")
    await alice.context.set_offline(False)
    await page.click("#create-button")
    await acts.until_finished(page)


async def test_signing_up_badly_keeps_all_but_the_password(open_context: OpenContext, complaints: Complaints):
    complaints.expect(*LOST)
    page = await (await open_context()).new_page()
    await page.goto("/sign-up")
    await acts.answer_age(page, year=3000)
    await expect(page.locator("[role=alert]")).to_be_visible()
    await expect(page.locator("[name=birth_year]")).to_have_value("3000")
    await acts.answer_age(page)
    await page.fill("[name=name]", "Bob")
    await page.fill("[name=email]", "no address")
    await page.fill("[name=password]", "short")
    await page.check("[name=default_visibility][value=private]", force=True)
    await page.click("main form .button.strong")
    await expect(page.locator("[name=name]")).to_have_value("Bob")
    await expect(page.locator("[name=email]")).to_have_value("no address")
    await expect(page.locator("[name=password]")).to_have_value("")
    await expect(page.locator("[name=default_visibility][value=private]")).to_be_checked()
    await expect(page.locator("main .problem").first).to_be_visible()


async def test_a_child_is_told_so_once_and_for_all(open_context: OpenContext, complaints: Complaints):
    complaints.expect(*LOST)
    page = await (await open_context()).new_page()
    await page.goto("/sign-up")
    await acts.answer_age(page, year=2020)
    await expect(page.locator("[data-sentence]")).to_contain_text("13")
    await page.goto("/sign-up")
    await expect(page.locator("[name=email]")).to_have_count(0)


async def test_a_visitor_who_writes_a_prompt_finds_it_again_after_signing_in(studio: Studio, open_context: OpenContext):
    bob = await account("Bob")
    page = await (await open_context()).new_page()
    await page.goto("/")
    await page.fill("#ask", "a lighthouse made of glass")
    await page.press("#ask", "Enter")
    if "/sign-in" not in page.url:
        await page.goto("/sign-in?next=" + "/create%3Fprompt%3Da%20lighthouse%20made%20of%20glass")
    await page.fill("[name=email]", bob.email)
    await page.fill("[name=password]", PASSWORD)
    await page.click("main form .button.strong")
    await expect(page).to_have_url(re.compile("/create"))
    await expect(page.locator("#prompt")).to_have_value("a lighthouse made of glass")

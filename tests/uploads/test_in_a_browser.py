"""A person brings a photo along, with and without a script, and lets it go."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from app import storage
from app.domain import accounts, sessions, uploads
from app.models import Account
from tests.browser import OpenContext
from tests.e2e.test_accessibility import look_at
from tests.people import account
from tests.studio import Studio
from tests.uploads import files


async def enter(context: BrowserContext, studio: Studio, person: Account) -> Page:
    token = await sessions.begin(person.id, "test")
    await context.add_cookies([{"name": "session", "value": token, "url": studio.base_url}])
    page = await context.new_page()
    await page.goto(f"{studio.base_url}/account")
    await page.click("main a[href='/uploads']")
    return page


async def choose(page: Page, name: str, data: bytes) -> None:
    kind = "image/jpeg" if name.endswith("jpg") else "application/octet-stream"
    await page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": data})
    await page.check("input[name=agreed]")
    await page.click(".bring-it")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
async def test_she_brings_a_photo_and_lets_it_go(studio: Studio, open_context: OpenContext, script: bool):
    alice = await account()
    page = await enter(await open_context(java_script_enabled=script), studio, alice)

    await choose(page, "me.jpg", files.photo(6))

    await expect(page.locator(".source")).to_have_count(1)
    await expect(page.locator(".source .said")).to_contain_text("32 × 64")
    [source] = await uploads.list_own(alice.id)
    for key in await storage.keys(uploads.folder(source.id)):
        assert b"Secret" not in await storage.get(key)
    await page.click(".source .danger")
    await expect(page.locator(".source")).to_have_count(0)
    assert await storage.keys("uploads") == []


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
async def test_what_is_no_picture_is_said_in_her_language(studio: Studio, open_context: OpenContext, script: bool):
    alice = await account()
    await accounts.update(alice.id, language="ar")
    page = await enter(await open_context(java_script_enabled=script), studio, alice)

    await choose(page, "me.jpg", b"<svg/>" * 9)

    said = page.locator(".toast" if script else ".problem")
    await expect(said).to_contain_text("لا نقرأ هذا النوع")


async def test_she_is_held_to_confirm_that_she_may_use_it(studio: Studio, open_context: OpenContext):
    page = await enter(await open_context(), studio, await account())
    await page.set_input_files("input[type=file]", {"name": "a", "mimeType": "image/png", "buffer": files.picture()})

    await page.click(".bring-it")

    assert await page.locator("input[name=agreed]:invalid").count() == 1
    await expect(page.locator(".source")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_everybody_can_use_the_page(studio: Studio, open_context: OpenContext, language: str):
    alice = await account()
    await accounts.update(alice.id, language=language)
    page = await enter(await open_context(), studio, alice)
    for data in (files.photo(), files.sound(2)):
        await choose(page, "me.jpg", data)
        await expect(page.locator(".bring-it")).to_be_enabled()
    await expect(page.locator(".source")).to_have_count(2)

    await look_at(page)

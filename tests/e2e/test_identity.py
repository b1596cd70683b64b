"""Signing up, coming in by passkey and by code, a new password by mail, and an end to a device: in a real browser."""

import re
import time
from uuid import uuid4

import pyotp
import pytest
from playwright.async_api import Page, expect

from app.models import Notice
from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit, enter, let_in
from tests.people import PASSWORD
from tests.studio import Studio

NEW = "quiet harbours under rain"
PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def alice(open_context: OpenContext, studio: Studio, language: str) -> Visit:
    return await enter(open_context, studio.base_url, "Alice", language)


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.goto("/sign-in")
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", password)
    await page.click("form[action='/sign-in'] button")


async def test_from_a_stranger_to_somebody_with_a_safe_account(
    studio: Studio, open_context: OpenContext, language: str, complaints: Complaints
):
    complaints.expect("Failed to load resource")
    email = f"{uuid4().hex}@example.org"
    page = await (await open_context(locale=language)).new_page()
    await page.goto("/sign-up")
    await acts.answer_age(page)
    await acts.sign_up(page, "Alice", email)
    await expect(page).to_have_url(re.compile("/create"))

    await page.goto("/account/security")
    await page.click("a[href='/account/authenticator']")
    shared = (await page.inner_text(".shared code")).replace(" ", "")
    await page.fill("[name=code]", "000000")
    await page.click("main form .button.strong")
    await expect(page.locator(".problem")).to_be_visible()
    await page.fill("[name=code]", pyotp.TOTP(shared).now())
    await page.click("main form .button.strong")
    codes = await page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10

    other = await (await open_context(locale=language)).new_page()
    await sign_in(other, email)
    await expect(other).to_have_url(re.compile("/sign-in/code"))
    await other.fill("[name=code]", pyotp.TOTP(shared).at(int(time.time()) + 30))
    await other.click("main form .button.strong")
    await expect(other).to_have_url(re.compile("/create"))

    await page.goto("/account/security")
    await page.click("form[action='/account/devices/sign-out'] button")
    await expect(page.locator("form[action$='/sign-out']", has=page.locator(".danger"))).to_have_count(0)
    await other.goto("/library")
    await expect(other).to_have_url(re.compile("/sign-in"))
    await sign_in(other, email)
    await other.fill("[name=code]", codes[0])
    await other.click("main form .button.strong")
    await expect(other).to_have_url(re.compile("/create"))


async def test_a_passkey_is_all_she_needs(studio: Studio, alice: Visit, complaints: Complaints):
    page, site = alice.page, studio.base_url.replace("127.0.0.1", "localhost")
    await let_in(alice.context, alice.account, site)
    device = await alice.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    await page.goto(f"{site}/account/passkeys")
    await page.fill("[name=name]", "My phone")
    await page.click("[data-passkey=create] button")
    await expect(page).to_have_url(re.compile("/account/security"))
    await expect(page.locator(".safety")).to_contain_text("My phone")

    await alice.context.clear_cookies()
    await page.goto(f"{site}/sign-in")
    await page.click("[data-passkey=get] button")
    await expect(page).to_have_url(re.compile("/create"))
    await page.goto(f"{site}/account")
    await expect(page.locator("main")).to_contain_text(alice.account.email)


async def test_a_new_password_by_mail(alice: Visit, open_context: OpenContext, language: str, complaints: Complaints):
    complaints.expect("Failed to load resource")
    page = await (await open_context(locale=language)).new_page()
    await page.goto("/reset")
    await page.fill("[name=email]", alice.account.email)
    await page.click("main form .button.strong")
    await expect(page).to_have_url(re.compile("/letter-sent"))
    [letter] = await Notice.objects().where(Notice.address == alice.account.email).output(load_json=True)
    await page.goto(str(letter.facts["path"]))
    await page.fill("[name=password]", "passwordpassword")
    await page.click("main form .button.strong")
    await expect(page.locator(".problem")).to_be_visible()
    await page.fill("[name=password]", NEW)
    await page.click("main form .button.strong")
    await expect(page).to_have_url(re.compile("/create"))

    await alice.page.goto("/library")
    await expect(alice.page).to_have_url(re.compile("/sign-in"))
    await page.goto(str(letter.facts["path"]))
    await expect(page.locator("[data-sentence]")).to_be_visible()


async def test_one_device_is_ended_from_another(alice: Visit, open_context: OpenContext, language: str):
    phone = await open_context(locale=language, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Safari/604.1")
    there = await phone.new_page()
    await sign_in(there, alice.account.email)
    await expect(there).to_have_url(re.compile("/create"))
    await alice.page.goto("/account/security")
    await alice.page.locator("li.row", has_text="iPhone").get_by_role("button").click()
    await expect(alice.page.locator("li.row", has_text="iPhone")).to_have_count(0)
    await there.goto("/library")
    await expect(there).to_have_url(re.compile("/sign-in"))

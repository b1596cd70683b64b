"""A newcomer's walk through the privacy centre, in Arabic, on a phone: every right by one press, to the very end."""

import os
import re
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.domain import leaving, library, takeout
from app.models import Account
from tests.browser import OpenContext
from tests.e2e.complaints import Complaints
from tests.e2e.people import enter, hang
from tests.e2e.test_accessibility import WIDER, look_at
from tests.studio import Studio

CENTER = "/privacy/center"
SHOTS = os.environ.get("SCREENSHOTS")


async def shown(page: Page, name: str) -> None:
    """Nothing sticks out; for whoever wants to look, a picture."""
    assert await page.evaluate(WIDER) == []
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.policy("P53")
@pytest.mark.policy("P50")
async def test_a_walk_in_arabic_on_a_phone(
    open_context: OpenContext, studio: Studio, complaints: Complaints, tmp_path: Path
):
    complaints.expect("422")  # she does not tick the box at first
    salma = await enter(open_context, studio.base_url, "سلمى", "ar", viewport={"width": 390, "height": 844})
    work = await hang(salma.account, "بحر هادئ عند الظهر")
    await library.share(work.id, salma.account.id, 7)
    visitor = await (await open_context()).new_page()
    page = salma.page

    await page.goto(CENTER)
    await shown(page, "center")
    await page.click("form[action$='/takeout'] button")
    await expect(page.locator("#copy + p + p")).to_have_attribute("role", "status")
    await takeout.make_waiting()
    await page.reload()
    async with page.expect_download() as download:
        await page.click("a[download]")
    archive = tmp_path / "copy.zip"
    await (await download.value).save_as(archive)
    assert f"media/creations/{work.id}/original.png" in zipfile.ZipFile(archive).namelist()
    await shown(page, "center-ready")

    await page.click("button[name=restricted][value=yes]")
    assert (await visitor.request.get(f"/c/{work.slug}")).status == 404
    await shown(page, "center-restricted")
    await page.click("button[name=restricted][value=no]")
    assert (await visitor.request.get(f"/c/{work.slug}")).ok

    await page.goto("/privacy/processing")
    await shown(page, "processing")
    await page.goto("/privacy/request")
    await shown(page, "request")
    await page.goto(f"{CENTER}/leave")
    await shown(page, "leave")
    await page.click(".button.strong")
    await expect(page.locator("#sure-problem")).to_be_visible()
    await page.check("[name=sure]")
    await page.click(".button.strong")
    await expect(page).to_have_url(re.compile("/privacy/left$"))
    await shown(page, "left")

    assert (await visitor.request.get(f"/c/{work.slug}")).status == 404
    await leaving.carry_on()
    gone = await Account.objects().get(Account.id == salma.account.id)
    assert gone and (gone.name, gone.email) == ("", "")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_everybody_can_read_and_press_it(open_context: OpenContext, studio: Studio, language: str):
    visit = await enter(open_context, studio.base_url, "Alice", language)
    await hang(visit.account, "a bridge")
    for path in (CENTER, f"{CENTER}/leave", "/privacy/processing", "/privacy/request", "/privacy/california"):
        await visit.page.goto(path)
        await look_at(visit.page)
        if SHOTS and language == "en":
            await visit.page.set_viewport_size({"width": 1280, "height": 800})
            await visit.page.screenshot(path=f"{SHOTS}/desk{path.replace('/', '-')}.png", full_page=True)

"""A song from its words to a stranger's ears: it forms, is heard early, plays from page to page, can be silenced."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit, enter
from tests.e2e.test_accessibility import look_at
from tests.studio import Studio

HEARD = """
async (address) => {
  const bytes = await (await fetch(address)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes);
  return Math.max(...sound.getChannelData(0).map(Math.abs));
}
"""
OUTLINE = """
async () => {
  const drawing = document.querySelector("img[data-preview][data-shown]");
  if (!drawing) return "";
  await drawing.decode();
  const canvas = new OffscreenCanvas(64, 64);
  const pen = canvas.getContext("2d");
  pen.drawImage(drawing, 0, 0, 64, 64);
  return pen.getImageData(0, 0, 64, 64).data.join();
}
"""


@pytest.fixture(params=["en", "ar"])
async def maker(
    request: pytest.FixtureRequest, open_context: OpenContext, studio: Studio, complaints: Complaints
) -> Visit:
    complaints.expect("Failed to load resource")  # what was made private is asked for once more
    return await enter(open_context, studio.base_url, "Alice", str(request.param))


async def ask(page: Page) -> None:
    await page.goto("/create?kind=song")
    await page.fill("#prompt", "a calm sea")
    await page.locator(".sections button").first.click()
    await page.keyboard.type("hush now")
    assert await page.input_value("#lyrics") == "[verse]\nhush now"
    await page.click("#depth summary")
    await page.fill("#num_inference_steps", "300")  # long enough to be heard early on a busy machine
    await page.click("#create-button")


@pytest.mark.policy("P14")
async def test_a_song_from_its_words_to_a_strangers_ears(maker: Visit, open_context: OpenContext):
    page = maker.page
    await ask(page)

    await page.locator("img[data-preview][data-shown]").wait_for(timeout=acts.PATIENCE)
    first = await page.evaluate(OUTLINE)
    await page.wait_for_function(f"async (first) => ![first, ''].includes(await ({OUTLINE})())", arg=first)
    early = page.locator(".early audio").first
    await early.wait_for(timeout=acts.PATIENCE)
    address = await early.get_attribute("src")
    assert await page.evaluate(HEARD, address) > 0.05, "silence"

    await page.locator(".piece.is-succeeded .play-face").wait_for(timeout=acts.PATIENCE)
    await page.click(".piece.is-succeeded .play-face")
    await expect(page.locator("#player")).to_be_visible()
    await expect(page.locator("#player .time")).to_contain_text("/")
    await page.wait_for_function("() => Number(document.querySelector('#player input[type=range]').value) > 0")
    await look_at(page)

    await page.goto("/library")
    await expect(page.locator("#player")).to_be_visible()
    source = await page.locator("button[data-play]").first.get_attribute("data-play")
    slug = await page.locator(".work .frame").first.get_attribute("href")

    stranger = await (await open_context()).new_page()
    await stranger.goto("/explore?kind=song")
    await stranger.locator(f"button[data-play='{source}']").click()
    await expect(stranger.locator("#player")).to_be_visible()
    assert await stranger.evaluate(HEARD, f"{source}mp3") > 0.05
    await stranger.goto(str(slug))
    await look_at(stranger)

    await page.goto(str(slug))
    await page.locator("#release input[name=words]").check()
    await page.locator("#release button").click()
    await page.locator("#release .saved").wait_for()
    async with page.expect_download() as coming:
        await page.click("a[download]")
    assert await (await coming.value).path() and (await coming.value).suggested_filename.endswith(".flac")

    await page.goto("/library")
    await page.locator(".work form.switch button").first.click()
    await expect(page.locator(".work form.switch").first).to_have_attribute("data-visibility", "private")
    assert await stranger.evaluate("(address) => fetch(address).then((answer) => answer.status)", f"{source}mp3") == 404


async def test_the_song_form_holds_in_every_colour_and_width(maker: Visit):
    await maker.page.goto("/create?kind=song")
    await maker.page.click("#depth summary")
    await look_at(maker.page)
    await maker.page.fill("#prompt", "")
    await maker.page.click("#create-button")
    await maker.page.locator("#prompt-problem").wait_for()
    await look_at(maker.page)

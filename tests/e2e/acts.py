"""What people do on the pages, by any language: found by names of fields and addresses, not by words."""

from playwright.async_api import Page, expect

from app import i18n

# A picture may take long where many share a processor.
PATIENCE = 120_000
PROMPT = {"en": "a desert at sunset with an orange sun", "ar": "بحر هادئ عند الظهر"}


def shown(value: int, language: str) -> str:
    """A number as this language writes it."""
    token = i18n.language.set(language)
    try:
        return i18n.number(value)
    finally:
        i18n.language.reset(token)


async def answer_age(page: Page, year: int = 1990) -> None:
    for name, value in (("day", "17"), ("month", "5"), ("year", str(year))):
        await page.fill(f"[name=birth_{name}]", value)
    await page.click("main form .button.strong")


async def sign_up(page: Page, name: str, email: str, visibility: str = "public") -> None:
    await page.fill("[name=name]", name)
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", "three unrelated words")
    await page.check(f"[name=default_visibility][value={visibility}]", force=True)
    await page.click("main form .button.strong")


async def ask(page: Page, prompt: str, steps: int = 60, visibility: str = "public", pictures: int = 1) -> None:
    """Write and press Create, on the page of /create."""
    await page.fill("#prompt", prompt)
    await page.check(f"[name=visibility][value={visibility}]", force=True)
    if not await page.locator("#num_inference_steps").is_visible():
        await page.click("#depth summary")
    await page.check(f"[name=num_images_per_prompt][value='{pictures}']", force=True)
    await page.fill("#num_inference_steps", str(steps))
    await page.click("#create-button")


async def until_finished(page: Page) -> None:
    await page.locator(".piece.is-succeeded img[data-final]").first.wait_for(timeout=PATIENCE)


async def press_switch(page: Page, creation_id: object, wanted: str) -> None:
    switch = page.locator(f"#visibility-{creation_id}")
    await switch.get_by_role("switch").click()
    await expect(switch).to_have_attribute("data-visibility", wanted)

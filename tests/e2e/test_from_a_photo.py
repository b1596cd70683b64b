"""A picture from a photo that was brought along, of which nothing but its pixels is left; and a part of it anew."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from app import storage
from app.domain import generation, library, sources, uploads
from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.people import Visit, enter
from tests.e2e.test_accessibility import look_at
from tests.studio import Studio
from tests.uploads import files


async def bring(page: Page, data: bytes) -> None:
    await page.goto("/uploads")
    await page.set_input_files("input[type=file]", {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": data})
    await page.check("input[name=agreed]")
    await page.click(".bring-it")
    await page.locator(".source a.button").click()
    await expect(page.locator(".offer input:checked")).to_have_count(1)


async def ask(page: Page, prompt: str, steps: int = 6) -> None:
    await page.fill("#prompt", prompt)
    await page.click("#depth summary")
    await page.fill("#num_inference_steps", str(steps))
    await page.click("#create-button")
    await acts.until_finished(page)


async def original(person: Visit) -> Image.Image:
    [row, *_] = await generation.recent_of(person.account.id)
    [made] = await generation.creations_of(row.id)
    return Image.open(io.BytesIO(await storage.get(f"{library.folder(made.id)}/original.png"))).convert("RGB")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_photo_is_painted_again_and_its_place_is_in_no_byte_of_ours(
    open_context: OpenContext, studio: Studio, language: str
):
    alice = await enter(open_context, studio.base_url, "Alice", language)
    photo = files.photo(6)
    assert b"Secret" in photo, "the photo says where it was taken"
    await bring(alice.page, photo)
    await look_at(alice.page)

    await ask(alice.page, "the sea at night")

    [row] = await generation.recent_of(alice.account.id)
    [source] = await uploads.list_own(alice.account.id)
    assert (row.params["task_type"], row.params["image"]) == ("image2image", [f"upload:{source.id}"])  # type: ignore[index]
    [made] = await generation.creations_of(row.id)
    for folder in (uploads.folder(source.id), library.folder(made.id)):
        for key in await storage.keys(folder):
            data = await storage.get(key)
            assert b"Secret" not in data and b"GPS" not in data, key
    await alice.page.goto(f"/c/{made.slug}")
    await expect(alice.page.locator(".made-from span")).to_have_count(1)


async def test_what_is_painted_over_changes_and_the_rest_does_not(open_context: OpenContext, studio: Studio):
    alice = await enter(open_context, studio.base_url, "Alice", has_touch=True)
    photo = io.BytesIO()
    rng = np.random.default_rng(5)
    Image.fromarray(rng.integers(0, 255, (256, 256, 3), np.uint8)).save(photo, "PNG")
    await bring(alice.page, photo.getvalue())
    page = alice.page
    await page.locator("[name=task_type][value=inpaint]").check(force=True)
    canvas = page.locator(".brush canvas")
    await canvas.wait_for()

    box = await canvas.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.2, steps=6)
    await page.mouse.up()
    await look_at(page)
    await page.fill("#prompt", "kept while the form is asked for again")
    await page.locator("[name=task_type][value=image2image]").check(force=True)
    await expect(canvas).to_have_count(0)
    await page.locator("[name=task_type][value=inpaint]").check(force=True)
    await canvas.wait_for()
    assert await page.input_value("#prompt") == "kept while the form is asked for again"
    assert await page.input_value("[name=mask]"), "what was painted is lost"
    await ask(page, "a red boat on the sea")

    made = np.asarray(await original(alice), np.int16)
    [source] = await uploads.list_own(alice.account.id)
    before = await storage.get((await sources.get(alice.account.id, "image", f"upload:{source.id}")).key)
    was = np.asarray(Image.open(io.BytesIO(before)).convert("RGB"), np.int16)
    changed = np.abs(made - was).max(axis=2) > 0
    assert not changed[100:].any(), "what was not painted over has changed"
    assert changed[30:70, 60:200].mean() > 0.5, "what was painted over is as it was"

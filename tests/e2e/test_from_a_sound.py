"""A song from a sound that was brought along: what was drawn over is new, and what is around it is as it was."""

import io

import av
import numpy as np
import pytest
from playwright.async_api import Page, expect

from app import storage
from app.domain import generation, library
from app.workers import sound
from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import enter
from tests.e2e.test_accessibility import look_at
from tests.studio import Studio

RATE, SECONDS = 8000, 5
TIME = np.arange(SECONDS * RATE) / RATE
TONE = (0.4 * np.sin(2 * np.pi * 440 * TIME) * np.abs(np.sin(2 * TIME)))[None].astype(np.float32)


async def bring(page: Page, data: bytes) -> None:
    await page.goto("/uploads")
    await page.set_input_files("input[type=file]", {"name": "a.flac", "mimeType": "audio/flac", "buffer": data})
    await page.check("input[name=agreed]")
    await page.click(".bring-it")
    await page.locator(".source a.button").click()
    await expect(page.locator(".offer input:checked")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_part_of_a_song_is_drawn_over_and_made_anew(
    open_context: OpenContext, studio: Studio, complaints: Complaints, language: str
):
    complaints.expect("Failed to load resource")  # a part beyond the end is refused
    alice = await enter(open_context, studio.base_url, "Alice", language)
    page = alice.page
    await bring(page, sound.encode(TONE, RATE, "flac"))
    await page.locator("[name=task_type][value=repaint]").check(force=True)
    canvas = page.locator(".part canvas")
    await canvas.wait_for()
    box = await canvas.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=5)
    await page.mouse.up()
    start, end = [float(await page.input_value(f"[name=repainting_{edge}]")) for edge in ("start", "end")]
    assert abs(start - 2.0) < 0.2 and abs(end - 3.5) < 0.2, "what was drawn over is not what the fields say"
    await look_at(page)

    await page.fill("#repainting_end", "70")
    await page.fill("#prompt", "a calm sea")
    await page.click("#create-button")
    await page.locator("#repainting_end-problem").wait_for()
    await page.fill("#repainting_end", str(end))
    await page.click("#create-button")
    await acts.until_finished(page)

    [row] = await generation.recent_of(alice.account.id)
    [made] = await generation.creations_of(row.id)
    with av.open(io.BytesIO(await storage.get(f"{library.folder(made.id)}/original.flac"))) as file:
        heard = np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(audio=0)]) / 32768
    assert abs(len(heard) / RATE - SECONDS) < 0.1
    was = TONE[0][: len(heard)]
    before, after = slice(0, int(start * RATE) - 400), slice(int(end * RATE) + 400, len(heard))
    inside = slice(int(start * RATE) + 400, int(end * RATE) - 400)
    # Brought to 48 kHz and back: as near as two filters leave it.
    assert np.abs(heard[before] - was[before]).max() < 0.01 and np.abs(heard[after] - was[after]).max() < 0.01
    assert np.abs(heard[inside] - was[inside]).max() > 0.1

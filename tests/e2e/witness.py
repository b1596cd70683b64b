"""What a person sees, written down in the page itself: frames and their pixels, holes, words, titles."""

from typing import Any

from playwright.async_api import Page

WITNESS = """
window.seen = { begun: new Set(), frames: [], pictures: new Set(), holes: [], opened: 0, said: [], titles: [] };

document.addEventListener("studio:preview", async ({ detail }) => {
  seen.frames.push(detail);
  const frame = document.querySelector(`img[data-preview="${detail.id}-${detail.position}"]`);
  await frame.decode().catch(() => {});
  const canvas = new OffscreenCanvas(16, 16);
  const pen = canvas.getContext("2d");
  pen.drawImage(frame, 0, 0, 16, 16);
  seen.pictures.add(pen.getImageData(0, 0, 16, 16).data.join());
});

// Once a first frame was there, some picture is to be seen in its place at every moment until the end.
// While an image loads its next source, the browser goes on painting the one before.
const painted = new WeakSet();
function isFull(image) {
  if (image.src.includes("blank")) return false;
  if (image.naturalWidth) painted.add(image);
  return image.naturalWidth > 0 || (!image.complete && painted.has(image));
}
function look() {
  for (const piece of document.querySelectorAll(".piece:has(.frame)")) {
    const full = [...piece.querySelectorAll(".frame img")].some(isFull);
    if (full) seen.begun.add(piece.dataset.generation);
    else if (seen.begun.has(piece.dataset.generation)) seen.holes.push(piece.querySelector(".frame").outerHTML);
  }
  requestAnimationFrame(look);
}
requestAnimationFrame(look);

document.addEventListener("htmx:wsOpen", () => (seen.opened += 1));

addEventListener("DOMContentLoaded", () => {
  const announcer = document.getElementById("announcer");
  new MutationObserver(() => seen.said.push(announcer.textContent)).observe(announcer, { childList: true });
  const note = () => seen.titles.push(document.title);
  new MutationObserver(note).observe(document.querySelector("title"), { childList: true });
  note();
});
"""


async def seen(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("() => ({ ...seen, begun: 0, pictures: [...seen.pictures] })")
    return found


async def steps_seen(page: Page) -> list[int]:
    return [frame["step"] for frame in (await seen(page))["frames"]]


async def until_step(page: Page, step: int) -> None:
    """A frame of this step, or of a later one, is on the page."""
    frames = "[...document.querySelectorAll('img[data-shown]')]"
    await page.wait_for_function(f"step => {frames}.some((frame) => frame.dataset.shown % 65536 >= step)", arg=step)

"""From pressing Create to a sound that plays, in a real Chromium before a real web process and worker."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL

import httpx
from playwright.async_api import BrowserContext, async_playwright

from app import db
from app.domain import accounts, sessions
from app.embedded import free_port
from tests.browser import ARGUMENTS, find_chromium

ROUNDS = 5
PIECES = "[...document.querySelectorAll('.piece')].map((piece) => piece.dataset.generation)"
PLAYS = """
async (which) => {
  const audio = document.querySelector(which);
  const playable = new Promise((heard) => audio.addEventListener("timeupdate", () => audio.currentTime > 0 && heard()));
  audio.muted = true; // a browser without a speaker plays as well
  await audio.play();
  await playable;
}
"""


async def on_the_page(say: Callable[[str], None]) -> tuple[list[float], list[float]]:
    """Seconds until the rough beginning plays, and until the finished song does, of each round but the first:
    that one waits for the model to be loaded."""
    early, finished = [], []
    async with _studio() as (base_url, context):
        page = await context.new_page()
        for turn in range(ROUNDS + 1):
            say(f"first sound on the page, {turn} of {ROUNDS}")
            await page.goto(f"{base_url}/create?kind=song")
            await page.fill("#prompt", "a calm sea")
            there = await page.evaluate(PIECES)
            began = time.perf_counter()
            await page.click("#create-button")
            await page.wait_for_function(f"there => {PIECES}.length > there.length", arg=there)
            [asked] = set(await page.evaluate(PIECES)) - set(there)
            await page.locator(f"#early-{asked} audio").wait_for(timeout=120_000)
            await page.evaluate(PLAYS, f"#early-{asked} audio")
            early.append(time.perf_counter() - began)
            await page.locator(f"#generation-{asked}.is-succeeded .play-face").wait_for(timeout=120_000)
            finished.append(time.perf_counter() - began)
            await page.evaluate("fetch('/library')")  # lets the page end what it still asks for
    return early[1:], finished[1:]


@asynccontextmanager
async def _studio() -> AsyncIterator[tuple[str, BrowserContext]]:
    port = free_port(Path(f"/bench/first-sound/{time.monotonic()}"))
    base_url = f"http://127.0.0.1:{port}"
    env = os.environ | {"PORT": str(port), "PUBLIC_URL": base_url, "LOG_LEVEL": "error"}
    parts = [_start(part, env) for part in ("web", "worker")]
    try:
        await _ready(base_url)
        async with db.pool(2):
            who = await accounts.sign_up("Bench", f"ears{os.getpid()}@example.org", "a password for a bench", "private")
            token = await sessions.begin(who.id, "bench")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            context = await browser.new_context()
            await context.add_cookies([{"name": "session", "value": token, "url": base_url}])
            yield base_url, context
            await browser.close()
    finally:
        for part in parts:
            part.send_signal(SIGKILL)
            part.wait()


def _start(part: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "app", part], env=env)


async def _ready(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, timeout=5) as client:
        for _ in range(600):
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("The studio did not get ready.")

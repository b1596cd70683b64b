"""Pictures of the studio for its papers: a fresh studio, four people, two dozen pictures, every main page.

`python -m scripts.screenshots [FOLDER]` writes WebP files into docs/screenshots (or FOLDER); with PRIVACY=1 only
those of the walk through the privacy centre.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app import embedded
from scripts.exhibition import MAKERS, PAGE, WATCHED, Maker
from tests.browser import ARGUMENTS, find_chromium

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PASSWORD = "harbour lantern walnut"  # noqa: S105, of a studio that lives for a minute
LIMIT = 200_000
SMALL = 60_000
"Eight of them stand on one page."
FAIR = {"OMP_NUM_THREADS": "1"}  # threads that wait for each other stand still on a busy machine
SEEN = (
    "[...document.images].every((i) => i.getBoundingClientRect().top > innerHeight || (i.complete && i.naturalWidth))"
)


class Studio:
    """A whole studio in a folder of its own, and what its people do there."""

    def __init__(self, folder: Path) -> None:
        port = embedded.free_port(folder)
        self.url = f"http://127.0.0.1:{port}"
        own = {"DATA_DIR": str(folder), "PORT": str(port), "PUBLIC_URL": self.url, "RATE_LIMITS": "0"}
        self.env = os.environ | own | FAIR
        self.process = Popen([sys.executable, "-m", "app", "studio"], env=self.env, stdout=DEVNULL)

    def wait_until_ready(self) -> None:
        for _ in range(1200):
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise SystemExit("The studio did not get ready.")

    def visitor(self, language: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Origin": self.url, "Accept-Language": language},
            follow_redirects=True,
            timeout=60,
        )

    def sign_up(self, maker: Maker) -> httpx.Client:
        """Made in the terminal, where nobody has to open a letter first."""
        told = [maker.email, "--name", maker.name, "--password", PASSWORD]
        run([sys.executable, "-m", "app", "user", "create", *told], env=self.env, check=True, stdout=DEVNULL)
        client = self.visitor(maker.language)
        client.post("/sign-in", data={"email": maker.email, "password": PASSWORD}).raise_for_status()
        client.post("/preferences", data={"language": maker.language}).raise_for_status()
        return client

    def make(self, client: httpx.Client, prompt: str, seed: int, visibility: str = "public", steps: int = 20) -> str:
        """Queue one; its id."""
        asked = {"prompt": prompt, "seed": str(seed), "num_inference_steps": str(steps), "visibility": visibility}
        answer = client.post("/create", data=asked)
        answer.raise_for_status()
        return answer.url.path.rsplit("/", 1)[1]

    def finished(self, client: httpx.Client, generation_id: str) -> str:
        """Wait for it; the address of what was made."""
        while True:
            shown = client.get(f"/g/{generation_id}").text
            if 'data-status="succeeded"' in shown:
                return re.findall(r'href="[^"]*(/c/[^"?#/]+)"', shown)[0]
            if re.search('data-status="(failed|canceled)"', shown):
                raise SystemExit(f"{generation_id} was not finished.")
            time.sleep(0.1)

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


@contextmanager
def open_studio() -> Iterator[Studio]:
    with TemporaryDirectory(prefix="qi-", dir="/tmp") as folder:  # the path of a socket must be short
        studio = Studio(Path(folder))
        try:
            studio.wait_until_ready()
            yield studio
        finally:
            studio.close()


def hang_pictures(studio: Studio) -> list[httpx.Client]:
    """Everybody makes theirs, in turns as it would happen; then they like what the others made."""
    clients = [studio.sign_up(maker) for maker in MAKERS]
    works = [
        (client, work) for row in zip(*(maker.works for maker in MAKERS), strict=True)
        for client, work in zip(clients, row, strict=True)
    ]  # fmt: skip
    shown = []
    for client, work in works:
        address = studio.finished(client, studio.make(client, work.prompt, work.seed, work.visibility))
        if work.title:
            client.post(details_of(client, address), data={"title": work.title, "show_prompt": "1"})
        shown += [address] if work.visibility == "public" else []
    for number, address in enumerate(shown):
        for client in clients[: (number * 7 + 3) % 5]:
            client.post(f"{address}/like", data={"liked": "1"})
    return clients


def details_of(client: httpx.Client, address: str) -> str:
    return re.findall(r'action="(/creations/[^"]+/details)"', client.get(address).text)[0]


class Camera:
    def __init__(self, browser: Browser, studio: Studio, folder: Path) -> None:
        self.browser, self.studio, self.folder = browser, studio, folder

    def page(self, client: httpx.Client | None, language: str, theme: str, phone: bool = False) -> Page:
        options: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2} if phone else {"viewport": DESK}
        options |= {
            "locale": language,
            "color_scheme": theme,
            "reduced_motion": "reduce",
            "bypass_csp": True,
        }  # the camera may look by eval
        context: BrowserContext = self.browser.new_context(**options)
        if client:
            context.add_cookies([{"name": "session", "value": client.cookies["session"], "url": self.studio.url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        return page

    def shoot(self, page: Page, name: str, limit: int = LIMIT) -> None:
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        page.wait_for_function(SEEN)
        picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        for quality in range(90, 40, -5):
            packed = BytesIO()
            picture.save(packed, "WEBP", quality=quality, method=6)
            if packed.tell() <= limit:
                break
        (self.folder / f"{name}.webp").write_bytes(packed.getvalue())
        print(f"{name}.webp  {picture.width} x {picture.height}  {packed.tell() // 1000} KB")

    def step(self, page: Page, number: Iterator[int], name: str, at: str = "body") -> None:
        """One picture of a walk: what stands at `at`, as somebody sees it who has scrolled there."""
        page.eval_on_selector(at, "it => { it.style.scrollMargin = '5rem'; it.scrollIntoView({behavior: 'instant'}) }")
        self.shoot(page, f"privacy-{next(number)}-{name}", SMALL)

    def still(self, path: str, name: str, client: httpx.Client | None, *look: Any, **options: Any) -> None:
        page = self.page(client, *look, **options)
        page.goto(self.studio.url + path)
        self.shoot(page, name)
        page.context.close()


def while_forming(page: Page, step: int) -> None:
    """Until this step's frame is on the page."""
    frames = "[...document.querySelectorAll('img[data-shown]')]"
    page.wait_for_function(f"step => {frames}.some((frame) => frame.dataset.shown % 65536 >= step)", arg=step)


def create(page: Page, prompt: str, pictures: int = 1) -> None:
    page.goto(re.sub(r"(//[^/]+).*", r"\1/create", page.url))
    page.fill("#prompt", prompt)
    page.evaluate("document.getElementById('depth').open = true")
    page.check(f"[name=num_images_per_prompt][value='{pictures}']", force=True)
    page.fill("#num_inference_steps", "60")
    page.evaluate("document.getElementById('depth').open = false")
    page.click("#create-button")


def shoot_walls(camera: Camera, english: httpx.Client, arabic: httpx.Client) -> None:
    studio = camera.studio
    items = studio.visitor("en").get("/api/v1/explore").json()["items"]
    slug = next(item["url"] for item in items if item["title"] == PAGE).removeprefix(studio.url)
    camera.still("/", "home", None, "en", "light")
    camera.still("/", "home-phone-arabic", None, "ar", "light", phone=True)
    camera.still("/explore", "explore", None, "en", "light")
    camera.still("/explore", "explore-arabic-dark", None, "ar", "dark")
    camera.still("/explore", "explore-phone-dark", None, "en", "dark", phone=True)
    camera.still("/create?kind=song", "create-song-arabic", arabic, "ar", "light")
    camera.still("/library", "library", english, "en", "light")
    camera.still("/library", "library-phone-arabic", arabic, "ar", "light", phone=True)
    camera.still(slug, "creation", None, "en", "light")
    camera.still(slug, "creation-phone", None, "en", "light", phone=True)


def shoot_sign_up(camera: Camera) -> None:
    page = camera.page(None, "en", "light")
    page.goto(f"{camera.studio.url}/sign-up")
    for name, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"[name=birth_{name}]", value)
    page.click("main .button.strong")
    page.wait_for_selector("[name=password]")
    camera.shoot(page, "sign-up")


def shoot_forming(camera: Camera, english: httpx.Client, arabic: httpx.Client) -> None:
    for client, look, phone, name in (
        (english, ("en", "light"), False, "create-forming"),
        (arabic, ("ar", "dark"), True, "create-forming-phone-arabic-dark"),
    ):
        page = camera.page(client, *look, phone=phone)
        page.goto(camera.studio.url)
        create(page, WATCHED[look[0]], 1 if phone else 2)
        while_forming(page, 24)
        camera.shoot(page, name)
        page.wait_for_selector(".piece.is-running", state="detached")
        page.context.close()


def shoot_live(camera: Camera, english: httpx.Client, arabic: httpx.Client) -> None:
    for client, look, phone, name in (
        (english, ("en", "dark"), False, "generation-dark"),
        (arabic, ("ar", "light"), True, "generation-phone-arabic"),
    ):
        # Something goes before, so that the page is open when the one to be shown starts.
        camera.studio.make(client, WATCHED["en"], 1, "private", steps=60)
        forming = camera.studio.make(client, WATCHED[look[0]], 3, steps=60)
        page = camera.page(client, *look, phone=phone)
        page.goto(f"{camera.studio.url}/g/{forming}")
        while_forming(page, 30)
        camera.shoot(page, name)
        page.wait_for_selector(".piece.is-succeeded")
        page.context.close()


def walk_through_privacy(camera: Camera, newcomer: httpx.Client) -> None:
    """The privacy centre in Arabic on a phone, by a newcomer, from the first look to the account that is gone."""
    page = camera.page(newcomer, "ar", "light", phone=True)
    step = partial(camera.step, page, iter(range(1, 20)))
    page.goto(f"{camera.studio.url}/privacy/center")
    step("held")
    page.click("form[action$='/takeout'] button")
    page.wait_for_selector("#copy ~ [role=status]")
    step("copy-asked", "#copy")
    while not page.query_selector("a[download]"):
        page.wait_for_timeout(1000)
        page.reload()
    step("copy-ready", "#copy")
    page.goto(f"{camera.studio.url}/privacy/choices")
    page.click("[name=marketing][value=accept]")
    step("a-yes-with-its-words", "#answers")
    page.goto(f"{camera.studio.url}/privacy/request")
    page.fill("textarea", "أريد أن أعرف من رأى صورتي الخاصة.")
    page.click("main .button.strong")
    page.goto(f"{camera.studio.url}/privacy/center")
    step("request-with-its-clock", "#requests")
    page.click("button[name=restricted][value=yes]")
    step("restricted")
    page.click("button[name=restricted][value=no]")
    page.goto(f"{camera.studio.url}/privacy/center/leave")
    step("what-goes-and-what-stays", "#stays")
    page.check("[name=sure]")
    page.click(".button.strong")
    page.wait_for_url("**/privacy/left")
    step("gone")
    page.context.close()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with open_studio() as studio, sync_playwright() as playwright:
        clients = hang_pictures(studio)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        camera = Camera(browser, studio, folder)
        if "PRIVACY" not in os.environ:
            shoot_walls(camera, clients[0], clients[1])
            shoot_sign_up(camera)
            shoot_forming(camera, clients[0], clients[1])
            shoot_live(camera, clients[0], clients[1])
        walk_through_privacy(camera, clients[1])
        browser.close()


if __name__ == "__main__":
    main()

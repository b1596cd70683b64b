"""Google hears nothing before a yes and nothing after a no, in every tab; a browser keeps what /cookies lists."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from playwright.async_api import BrowserContext, Page, Route, expect

from app import cookies
from app.domain import accounts, library, sessions
from app.routes.agreed import GOOGLE
from tests.browser import OpenContext
from tests.e2e.complaints import Complaints
from tests.e2e.people import hang, let_in
from tests.people import account
from tests.studio import Studio
from tests.test_roles import doors

STORED = """() => ["localStorage", "sessionStorage"].flatMap(
  (where) => Object.keys(window[where]).map((key) => [where, key]))"""
PAGES = ["/", "/explore", "/create", "/sign-in", "/sign-up/age", "/privacy", "/privacy/choices", "/cookies"]
KEEPS_NOTHING = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
}
Object.defineProperty(Document.prototype, "cookie", { get: () => "", set() {} });
"""
# What Google's script does that matters here: it sends what it is told, unless its own switch is off.
TAG = """
const id = new URL(document.currentScript.src).searchParams.get("id");
const settings = [...window.dataLayer].find((each) => each[0] === "config")[2];
const send = (event) => window[`ga-disable-${id}`] ||
  fetch(`https://region1.google-analytics.com/g/collect?en=${event}&dl=${encodeURIComponent(settings.page_location)}&dt=${
    encodeURIComponent(settings.page_title)}&dr=${encodeURIComponent(settings.page_referrer)}`, { mode: "no-cors" });
document.cookie = "_ga=GA1.1.1.1; path=/";
send("page_view");
setInterval(() => send("user_engagement"), 50);
"""


@pytest.fixture(scope="module")
def measuring(start_studio) -> Iterator[Studio]:
    studio = start_studio("web", GA_MEASUREMENT_ID="G-TEST1234")
    studio.wait_until_live()
    yield studio


@pytest.fixture
async def context(open_context: OpenContext, measuring: Studio) -> BrowserContext:
    return await open_context(base_url=measuring.base_url)


@pytest.fixture
async def heard(context: BrowserContext) -> list[str]:
    """Every request to anybody but us. Google is played by the test, at Google's own addresses."""
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        script = "gtag/js" in route.request.url
        await route.fulfill(
            status=200, content_type="text/javascript" if script else "text/plain", body=TAG if script else ""
        )

    await context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), answer)
    return asked


async def choose(page: Page, answer: str) -> None:
    await page.goto("/privacy/choices")
    await page.locator(f"button[name=analytics][value={answer}]").click()
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


@pytest.mark.policy("P12", "P57")
async def test_a_no_in_one_tab_silences_all_tabs_within_a_second(context: BrowserContext, heard: list[str]):
    first, second, third = [await context.new_page() for _ in range(3)]
    await first.goto("/")
    assert heard == []

    await first.get_by_role("button", name="Yes").click()
    for page in (second, third):
        await page.goto("/explore")
        await page.wait_for_event("request", lambda asked: "user_engagement" in asked.url)
    await choose(first, "reject")
    await first.wait_for_timeout(1000)  # the promise itself: one second
    told = len(heard)
    await second.wait_for_timeout(500)

    assert told > 4 and len(heard) == told
    assert not [each["name"] for each in await context.cookies() if each["name"].startswith("_ga")]


@pytest.mark.policy("P12")
async def test_google_hears_the_kind_of_page_and_no_word_of_what_is_on_it(
    context: BrowserContext, heard: list[str], measuring: Studio
):
    made = await hang(await account("Marguerite"), "heliotrope kestrel")
    page = await context.new_page()
    await choose(page, "accept")

    await page.goto(f"/c/{made.slug}")
    await page.wait_for_event("request", lambda asked: "g/collect" in asked.url)

    said = " ".join(heard)
    assert "%2Fc%2F%7Bslug" in said
    assert not [word for word in (made.slug, str(made.id), "heliotrope", "kestrel", "Marguerite") if word in said]


@pytest.mark.policy("P34")
async def test_the_browsers_own_signal_is_enough(open_context: OpenContext, measuring: Studio):
    context = await open_context(base_url=measuring.base_url, extra_http_headers={"Sec-GPC": "1"})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()

    await page.goto("/")

    await expect(page.get_by_text("Global Privacy Control")).to_be_visible()
    assert not [url for url in asked if "127.0.0.1" not in url]


@pytest.mark.policy("P32", "P33")
@pytest.mark.parametrize("answer", ["", "reject", "accept"], ids=lambda answer: answer or "none")
async def test_a_walk_through_all_pages_finds_what_is_listed_and_nothing_else(
    context: BrowserContext, heard: list[str], measuring: Studio, answer: str
):
    page = await context.new_page()
    if answer:
        await choose(page, answer)
    signed_in = await account("Alice")
    kept: set[tuple[str, str]] = set()
    for path in [*PAGES, "sign in", "/library", "/account", "/uploads", "/create"]:
        if path == "sign in":
            await let_in(context, signed_in, measuring.base_url)
            continue
        await page.goto(path)
        kept |= {("cookie", each["name"]) for each in await context.cookies()}
        kept |= {tuple(each) for each in await page.evaluate(STORED)}

    allowed = [each for each in cookies.KEPT if not each.needs or answer == "accept"]
    unlisted = {one for one in kept if not any(one[0] == each.where and fnmatch(one[1], each.name) for each in allowed)}
    assert unlisted == set() and ("cookie", "session") in kept
    assert (("cookie", "consent") in kept) is bool(answer)
    assert (("cookie", "_ga") in kept) is (answer == "accept") and bool(heard) is (answer == "accept")


def hosts_of(policy: dict[str, str]) -> set[str]:
    return {urlsplit(source).netloc for sources in policy.values() for source in sources.split()}


async def unlisted(page: Page, context: BrowserContext, agreed_to: bool) -> set[tuple[str, str]]:
    """What the browser keeps now, and /cookies does not name."""
    kept = {("cookie", each["name"]) for each in await context.cookies()}
    kept |= {tuple(each) for each in await page.evaluate(STORED)}
    allowed = [each for each in cookies.KEPT if not each.needs or agreed_to]
    return {one for one in kept if not any(one[0] == each.where and fnmatch(one[1], each.name) for each in allowed)}


@pytest.mark.policy("P32", "P33", "P12", "P35")
@pytest.mark.parametrize("answer", ["", "accept"], ids=lambda answer: answer or "none")
async def test_every_page_there_is_keeps_and_calls_only_what_is_listed(
    context: BrowserContext, heard: list[str], measuring: Studio, web: Litestar, complaints: Complaints, answer: str
):
    """Read off the table of doors, as somebody for whom all of them open."""
    # Some have nothing to show, and the description of the API has no place for our witness.
    complaints.expect("status of 4", "'MutationObserver'")
    page = await context.new_page()
    if answer:
        await choose(page, answer)
    chief = await account("Alice")
    made = await hang(chief, "a bridge")
    link = await library.share(made.id, chief.id, 7)
    await accounts.set_role(chief.id, "admin")
    token = await sessions.begin(chief.id, "browser", strong=True)
    await context.add_cookies([{"name": "session", "value": token, "url": measuring.base_url}])
    plain = [where.removeprefix("GET ") for where, _ in doors(web) if where.startswith("GET /") and "{}" not in where]
    own = [f"/c/{made.slug}", f"/s/{link.token}", f"/u/{chief.handle}", "/privacy/history/2025-07-14", "/nothing/here"]

    looked, wrong = 0, {}
    for path in [*plain, *own]:
        asked_for = await page.request.get(path, max_redirects=0)
        if not asked_for.headers.get("content-type", "").startswith("text/html"):
            continue
        await page.goto(path)
        looked += 1
        if found := await unlisted(page, context, answer == "accept"):
            wrong[path] = found

    assert looked > 35 and wrong == {}
    called = {urlsplit(url).netloc for url in heard}
    assert bool(called) is (answer == "accept")
    assert not [host for host in called if not any(fnmatch(host, each) for each in hosts_of(GOOGLE))]


@pytest.mark.policy("P34")
async def test_a_browser_that_keeps_nothing_may_look_around(open_context: OpenContext, measuring: Studio):
    context = await open_context(base_url=measuring.base_url)
    await context.add_init_script(KEEPS_NOTHING)
    made = await hang(await account("Alice"), "a bridge at dawn")
    page = await context.new_page()

    for path in ("/explore", f"/c/{made.slug}", "/privacy/choices"):
        answer = await page.goto(path)
        assert answer and answer.ok
    await page.goto("/explore")
    await page.locator(f"#explore-{made.id} a").first.click()

    await expect(page).to_have_url(re.compile(made.slug))
    assert await context.cookies() == []

"""Chromium's own service worker shows what was pushed, and the pages around it are in order."""

import json

from playwright.async_api import Page

from app.domain import showing
from tests.browser import OpenContext
from tests.e2e.people import Visit, enter, hang
from tests.e2e.test_accessibility import look_at_all
from tests.studio import Studio

REGISTERED = """
async () => {
  await navigator.serviceWorker.register("/service-worker.js");
  return (await navigator.serviceWorker.ready).scope;
}
"""
SHOWN = """
async () => {
  const { promise, resolve } = Promise.withResolvers();
  const look = async () => {
    const found = await (await navigator.serviceWorker.ready).getNotifications();
    if (!found.length) return setTimeout(look, 50);
    resolve(found.map(({ title, body, tag, lang, dir, data }) => ({ title, body, tag, lang, dir, path: data.path })));
  };
  look();
  return promise;
}
"""
TOLD = {"title": "اكتمل عمل", "text": "في مكتبتك", "path": "/library", "tag": "one", "lang": "ar", "dir": "rtl"}


async def push(page: Page, base_url: str, message: dict[str, str]) -> None:
    """As the browser's maker's service would hand it to this browser."""
    tools = await page.context.new_cdp_session(page)
    found: dict[str, str] = {}
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.update({each["scopeURL"]: each["registrationId"] for each in event["registrations"]}),
    )
    await tools.send("ServiceWorker.enable")
    while f"{base_url}/" not in found:
        await page.evaluate("() => new Promise((next) => setTimeout(next, 20))")
    told = {"origin": base_url, "registrationId": found[f"{base_url}/"], "data": json.dumps(message)}
    await tools.send("ServiceWorker.deliverPushMessage", told)


async def test_what_is_pushed_is_shown_once(alice: Visit):
    await alice.context.grant_permissions(["notifications"], origin=alice.base_url)
    await alice.page.goto("/account/notices")
    assert await alice.page.evaluate(REGISTERED) == f"{alice.base_url}/"

    await push(alice.page, alice.base_url, TOLD)
    await push(alice.page, alice.base_url, TOLD)

    [shown] = await alice.page.evaluate(SHOWN)
    assert shown == {"body" if name == "text" else name: value for name, value in TOLD.items()}


async def test_a_browser_is_offered_to_be_told(alice: Visit):
    await alice.page.goto("/account/notices")

    assert await alice.page.get_by_role("button", name="Tell me on this device").is_visible()


async def test_following_in_place_and_what_it_fills(open_context: OpenContext, studio: Studio, alice: Visit):
    bob = await enter(open_context, studio.base_url, "Bob")
    piece = await hang(bob.account, "a red fox")
    await alice.page.goto(f"/u/{bob.account.handle}")

    await alice.page.get_by_role("button", name="Follow").click()
    await alice.page.get_by_role("button", name="Following", pressed=True).wait_for()
    await alice.page.goto("/explore")
    await alice.page.get_by_role("link", name="For you").click()

    await alice.page.locator(f"#explore-{piece.id}").wait_for()
    assert (await showing.explore("following", viewer=alice.account.id)).items[0]["id"] == piece.id
    await look_at_all(
        alice.page, f"/u/{bob.account.handle}", "/explore?sort=following", "/account/notices", "/account"
    )  # fmt: skip

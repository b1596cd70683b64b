"""Every page, as axe sees it: in both languages, light and dark, at a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize

from app.domain import cases, hooks, library, moderation
from app.errors import Conflict
from app.models import Creation
from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit, enter, hang, newest, staff
from tests.e2e.test_forming import held_still
from tests.people import account
from tests.studio import Studio

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
RUN = """
async (rules) => {
  const options = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
"""
LOOK = """
(scheme) => new Promise((settled) => {
  document.documentElement.dataset.theme = scheme;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const ends = (each) => each.effect.getComputedTiming().iterations !== Infinity;
    document.getAnimations().filter(ends).forEach((each) => each.finish()); // colours that are on their way
    settled();
  }));
})
"""
WIDER = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const sides = (element) => element.getBoundingClientRect();
  const out = [...document.querySelectorAll("body *")].filter((e) => sides(e).right > room + 1 || sides(e).left < -1);
  return out.map((element) => element.outerHTML.slice(0, 120));
}
"""
BROKEN = """
() => [...document.querySelectorAll(".button")].filter((button) => {
  const walker = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); )
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) return true;
    }
  return false;
}).map((button) => button.outerHTML.slice(0, 120))
"""


async def look_at(page: Page) -> None:
    """The whole examination twice, colours in every combination, and the narrowest phone."""
    problems: list[str] = []
    for size, scheme, rules in (
        (DESK, "light", []), (DESK, "dark", ["color-contrast"]),
        (PHONE, "dark", []), (PHONE, "light", ["color-contrast", "target-size"]),
    ):  # fmt: skip
        await page.set_viewport_size(size)
        await page.evaluate(LOOK, scheme)
        await page.evaluate(AXE)
        found: list[str] = await page.evaluate(RUN, rules)
        problems += [f"{size['width']} {scheme} {problem}" for problem in found]
        problems += [f"a word is broken at {size['width']}: {button}" for button in await page.evaluate(BROKEN)]
    await page.set_viewport_size(NARROW)
    problems += [f"wider than 320 pixels: {element}" for element in await page.evaluate(WIDER)]
    assert not problems, f"{page.url}\n" + "\n".join(problems)


async def look_at_all(page: Page, *addresses: str) -> None:
    for address in addresses:
        await page.goto(address)
        await look_at(page)


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def visitor(open_context: OpenContext, language: str, complaints: Complaints) -> Page:
    complaints.expect("Failed to load resource")  # pages that say no are looked at, too
    return await (await open_context(locale=language, reduced_motion="reduce")).new_page()


@pytest.fixture
async def maker(open_context: OpenContext, studio: Studio, language: str, complaints: Complaints) -> Visit:
    complaints.expect("Failed to load resource", "Response Status Error")
    return await enter(open_context, studio.base_url, "Alice", language, reduced_motion="reduce")


async def test_what_a_visitor_sees(visitor: Page, maker: Visit):
    work = await hang(maker.account, "a bridge with a very long name that goes on and on " * 3)
    hidden = await hang(maker.account, "a shared bridge", "private")
    link = await library.share(hidden.id, maker.account.id, 7)
    await look_at_all(
        visitor, "/", "/explore", "/explore?sort=liked", "/explore?q=nothing+like+it", f"/c/{work.slug}",
        f"/s/{link.token}", f"/u/{maker.account.handle}", "/privacy", "/sign-in", "/sign-in/letter", "/reset",
        "/letter-sent",
    )  # fmt: skip


async def test_what_is_said_to_everybody(visitor: Page):
    await look_at_all(
        visitor, "/terms", "/trust", "/privacy/processors", "/privacy/history", "/privacy/choices", "/cookies",
        "/support", "/privacy/california", "/verify", "/sign-up",
    )  # fmt: skip


async def test_what_those_who_work_here_see(
    open_context: OpenContext, studio: Studio, language: str, complaints: Complaints
):
    complaints.expect("Failed to load resource")
    page = await staff(open_context, studio.base_url, "Ada", "admin", language)
    await look_at_all(page, "/admin", "/admin/cases", "/admin/money", "/admin/disclosures", "/admin/switches")
    work = await hang(await account("Carol"), "a bridge")
    number = await moderation.report(
        work.slug, "rights", "I drew this.", name="Dan", address="dan@example.org", good_faith=True
    )
    await look_at_all(page, f"/admin/cases/{number}", f"/admin/pieces/{work.id}?case={number}")
    await page.goto("/admin/disclosures")
    await page.locator("details > summary").first.click()
    await page.click("main form .button.strong")
    await page.locator(".problem").first.wait_for()
    await look_at(page)


async def test_what_a_visitor_sees_before_anybody_has_shown_anything(visitor: Page):
    await Creation.raw("UPDATE creation SET visibility = 'private', published_at = NULL")
    await visitor.goto("/explore")
    await visitor.locator(".empty").wait_for()
    await look_at_all(visitor, "/", "/explore")


async def test_what_says_no(visitor: Page):
    await look_at_all(visitor, "/c/nothing", "/library", "/explore?after=forged", "/sign-up/age")
    await acts.answer_age(visitor, year=3000)
    await look_at(visitor)
    await acts.answer_age(visitor)
    await look_at(visitor)
    await visitor.click("main form .button.strong")
    await visitor.locator(".problem").first.wait_for()
    await look_at(visitor)
    await visitor.goto("/sign-in")
    await visitor.click("main form .button.strong")
    await visitor.locator(".problem").first.wait_for()
    await look_at(visitor)


async def test_what_a_maker_sees_before_the_first_picture(maker: Visit):
    await look_at_all(
        maker.page, "/create", "/library", "/library/deleted", "/account", "/billing", f"/u/{maker.account.handle}",
        "/account/security", "/account/passkeys", "/account/authenticator", "/account/password", "/account/address",
        "/is-it-you",
    )  # fmt: skip


async def test_what_a_programmer_sees(maker: Visit):
    page = maker.page
    await look_at_all(page, "/developers", "/account/keys")
    hook, _ = await hooks.create(maker.account.id, f"https://example.org/{'long/' * 40}", set(hooks.EVENTS))
    await hooks.try_out(hook.id, maker.account.id)
    await hooks.change(hook.id, maker.account.id, on=False)
    await look_at_all(page, "/account/webhooks")
    await page.goto("/developers#webhooks")
    for name in ("#change_creation", "#shape-Made"):
        await page.click(f"{name} summary")
    await look_at(page)


async def test_what_a_maker_is_told_and_asks(maker: Visit, visitor: Page):
    page, me = maker.page, maker.account
    work = await hang(me, "a bridge")
    case = await cases.open_case("question", "Where is it?", "I cannot find my picture.", account_id=me.id)
    await cases.reply(case.id, me.id, "It is in your library.", close=False)
    await look_at_all(visitor, f"/c/{work.slug}/report", "/letter/used", "/privacy/left", "/mailbox")
    await look_at_all(page, "/notices", "/support", f"/support/{case.number}", "/uploads", "/explore?sort=you")


async def test_what_a_rule_leads_to(maker: Visit):
    page = maker.page
    await page.goto("/create")
    await page.fill("#prompt", "a naked child")
    await page.click("#create-button")
    await page.locator(".problem a[href='/support']").wait_for()
    await look_at(page)
    waits = await hang(maker.account, "my neighbour nude", "private")
    with pytest.raises(Conflict):
        await library.set_visibility([waits.id], maker.account.id, "public")
    await page.goto("/notices")
    await page.locator(".notices a[href^='/decisions/']").first.click()
    await page.locator(".reasons").wait_for()
    await look_at(page)


async def test_what_a_maker_sees_with_pictures(maker: Visit):
    page = maker.page
    shown, hidden = await hang(maker.account, "a bridge"), await hang(maker.account, "بحر هادئ", "private")
    gone = await hang(maker.account, "a broken bridge")
    await library.share(hidden.id, maker.account.id, 7)
    await library.delete(gone.id, maker.account.id)
    await look_at_all(page, f"/c/{shown.slug}", f"/c/{hidden.slug}", "/library/deleted", "/library")
    await page.set_viewport_size(DESK)
    await page.click(".bulk summary")
    await page.check(f"#creation-{shown.id} .pick input")
    await page.click(f"#creation-{hidden.id} .menu summary")
    await look_at(page)


async def test_what_a_maker_sees_while_it_forms_and_after(studio: Studio, maker: Visit, visitor: Page):
    page = maker.page
    await page.goto("/create")
    await page.click("#depth summary")
    await page.fill("#seed", "a number")
    await page.click("#create-button")
    await page.locator("#seed-problem").wait_for()
    await look_at(page)
    generation_id = await begin(page, maker)
    with held_still(studio):
        await look_at_all(page, "/create", f"/g/{generation_id}", "/library")
        await look_at_all(visitor, "/explore", f"/g/{generation_id}")
        await page.goto(f"/g/{generation_id}")
        await page.click(f"#watch-{generation_id} form button")
        await page.locator("#watch-url").wait_for()
        await look_at(page)
        await page.click(f"#generation-{generation_id} form[action$='/cancel'] button")
        await page.locator(".is-canceled").wait_for()
        await look_at(page)
    await page.goto("/create")
    await acts.ask(page, "a calm sea at noon", steps=4)
    await acts.until_finished(page)
    await look_at(page)


async def begin(page: Page, maker: Visit) -> str:
    await page.set_viewport_size(DESK)
    await page.goto("/create")
    await acts.ask(page, "a calm sea at noon", pictures=2)
    await page.locator(".piece.is-running, .piece [data-progress=running]").first.wait_for(timeout=acts.PATIENCE)
    return str((await newest(maker.account)).id)

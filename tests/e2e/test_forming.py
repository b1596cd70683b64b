"""What a maker can do while a picture forms, and how steady the page is meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGCONT, SIGSTOP

from playwright.async_api import Page, expect

from tests.browser import OpenContext
from tests.e2e import acts
from tests.e2e.complaints import Complaints
from tests.e2e.people import Visit, let_in, newest
from tests.e2e.witness import seen, steps_seen, until_step
from tests.studio import WEB, WORKER, Studio


@contextmanager
def held_still(studio: Studio) -> Iterator[None]:
    """The worker stops in the middle of what it does, so that everybody can look at the same moment."""
    studio.send(WORKER, SIGSTOP)
    try:
        yield
    finally:
        studio.send(WORKER, SIGCONT)


async def ask_and_wait(visit: Visit, step: int = 4, pictures: int = 1, visibility: str = "public") -> str:
    """Create, until a frame of this step is seen. Returns the generation's id."""
    await visit.page.goto("/create")
    await acts.ask(visit.page, "a calm sea at noon", visibility=visibility, pictures=pictures)
    await until_step(visit.page, step)
    return str((await newest(visit.account)).id)


async def frame_is_there(page: Page, generation_id: str) -> None:
    await page.wait_for_function(
        "id => { const frame = document.getElementById(`preview-${id}-0`);"
        " return frame?.naturalWidth && !frame.src.includes('blank') }",
        arg=generation_id,
    )


async def test_reloaded_in_the_middle_and_in_a_second_tab_it_stands_where_it_was(studio: Studio, alice: Visit):
    second = await alice.context.new_page()
    generation_id = await ask_and_wait(alice, step=4)
    progress = f"#progress-{generation_id} p > span:first-child"
    with held_still(studio):
        await alice.page.reload()
        await second.goto(f"/g/{generation_id}")
        now = await alice.page.locator(progress).inner_text()
        assert int(re.findall(r"\d+", now)[0]) >= 4
        await expect(second.locator(progress)).to_have_text(now)
        for page in (alice.page, second):
            await frame_is_there(page, generation_id)
    for page in (alice.page, second):
        await acts.until_finished(page)
        assert (await seen(page))["holes"] == []


async def test_a_piece_begun_in_one_tab_is_told_in_every_other(studio: Studio, alice: Visit):
    library = await alice.context.new_page()
    await library.goto("/library")
    title = await library.title()
    generation_id = await ask_and_wait(alice)
    await expect(library.locator("#state-dot")).to_be_visible()
    await expect(library).to_have_title(re.compile(r"^\(\d+%\) "))
    await acts.until_finished(alice.page)
    await expect(library).to_have_title(f"Done: {title}")
    await library.reload()
    await expect(library.locator(".wall .work")).to_have_count(1)
    assert generation_id


async def test_canceled_it_stops_and_what_was_not_used_comes_back(studio: Studio, alice: Visit):
    other = await alice.context.new_page()
    await other.goto("/explore")
    generation_id = await ask_and_wait(alice, pictures=4)
    for page in (alice.page, other):
        await expect(page.locator("#balance")).to_contain_text("496")
    with held_still(studio):
        await alice.page.click(f"#generation-{generation_id} form[action$='/cancel'] button")
        await expect(alice.page.locator(f"#generation-{generation_id}")).to_have_class(re.compile("is-canceled"))
        for page in (alice.page, other):
            await expect(page.locator("#balance")).to_contain_text(re.compile("49[789]"))
    await other.goto("/billing")
    await expect(other.locator("tbody tr")).to_have_count(3)


async def test_tried_again_it_keeps_every_word_and_number(studio: Studio, alice: Visit):
    generation_id = await ask_and_wait(alice)
    await alice.page.click(f"#generation-{generation_id} form[action$='/cancel'] button")
    canceled = await newest(alice.account)
    await alice.page.click(f"#generation-{generation_id} form[action$='/retry'] button")
    await expect(alice.page).to_have_url(re.compile(r"/g/(?!" + generation_id + ")"))
    await acts.until_finished(alice.page)
    again = await newest(alice.account)
    assert again.retry_of == canceled.id
    assert again.params == canceled.params


async def test_whoever_has_the_watch_link_sees_it_form_and_nothing_about_the_maker(
    studio: Studio, alice: Visit, open_context: OpenContext
):
    friend = await (await open_context()).new_page()
    generation_id = await ask_and_wait(alice, visibility="private", pictures=2)
    with held_still(studio):
        assert (await friend.request.get(f"/g/{generation_id}")).status == 404
        await alice.page.goto(f"/g/{generation_id}")
        await alice.page.click(f"#watch-{generation_id} button[data-copy] + *, #watch-{generation_id} form button")
        link = await alice.page.locator("#watch-url").input_value()
        await friend.goto(link)
        await frame_is_there(friend, generation_id)
    await friend.wait_for_function("() => seen.frames.length >= 2")
    told = await friend.content()
    assert "Alice" not in told and "calm sea" not in told
    with held_still(studio):
        await alice.page.click(f"#watch-{generation_id} form button")
        await expect(friend.locator(f"#generation-{generation_id}")).to_have_count(0)
        assert (await friend.request.get(link)).status == 404
    await acts.until_finished(alice.page)


async def test_visitors_watch_public_pieces_on_explore_until_they_are_made_private(
    studio: Studio, alice: Visit, open_context: OpenContext
):
    visitor = await (await open_context()).new_page()
    generation_id = await ask_and_wait(alice, pictures=2)
    with held_still(studio):
        await visitor.goto("/explore")
        await expect(visitor.locator(f".making a[href='/g/{generation_id}']")).to_be_visible()
    await visitor.wait_for_function("() => seen.frames.length >= 1")
    with held_still(studio):
        await alice.page.click(f"#generation-{generation_id} form[action$='/visibility'] button")
        await expect(visitor.locator(f".making a[href='/g/{generation_id}']")).to_have_count(0)
        assert (await visitor.request.get(f"/g/{generation_id}")).status == 404
    await acts.until_finished(alice.page)


async def test_who_wants_less_motion_gets_the_state_and_the_finished_picture(open_context: OpenContext, alice: Visit):
    context = await open_context(reduced_motion="reduce")
    await let_in(context, alice.account, str(alice.base_url))
    calm = await context.new_page()
    await calm.goto("/create")
    await acts.ask(calm, "a calm sea at noon", steps=30)
    await expect(calm.locator(".progress p").first).to_contain_text(re.compile("Step .* of 30"))
    await acts.until_finished(calm)
    assert await steps_seen(calm) == []
    assert (await seen(calm))["said"]


async def test_the_web_process_dies_and_the_page_goes_on_by_itself(
    studio: Studio, alice: Visit, complaints: Complaints
):
    complaints.expect("WebSocket connection", "[object Event]", "ERR_CONNECTION_REFUSED", "htmx:sendError",
                      "htmx:afterRequest")  # fmt: skip
    generation_id = await ask_and_wait(alice)
    with held_still(studio):
        studio.kill(WEB)
        studio.start(WEB, LEASE_SECONDS="120")
        await alice.page.wait_for_function("() => seen.opened === 2", timeout=acts.PATIENCE)
    before = max(await steps_seen(alice.page))
    await acts.until_finished(alice.page)
    assert max(await steps_seen(alice.page)) > before
    await expect(alice.page.locator(f"#generation-{generation_id} img[data-final]")).to_be_visible()

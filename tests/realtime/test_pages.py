"""What pages see: each person theirs, strangers what is shown to them, and everybody the newest."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from app import cache
from app.domain import generation, sessions, watching
from app.models import Session
from app.realtime import bus, hub, rights
from app.realtime.events import CreditsChanged
from tests.realtime.live import (
    Person,
    Site,
    being_made,
    draw,
    listeners,
    nobody_listens,
    progress,
    set_columns,
    somebody_listens,
)  # fmt: skip
from tests.services import Services


@pytest.mark.parametrize("origin", [
    None, "null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:{port}.evil.example",
    "HTTP://127.0.0.1:{port}", "https://127.0.0.1:{port}", "http://127.0.0.1.:{port}", "http://live.127.0.0.1:{port}",
])  # fmt: skip
async def test_a_page_of_somebody_else_is_refused_before_it_is_let_in(site: Site, alice: Person, origin: str | None):
    origin = origin.format(port=site.port) if origin else None

    with pytest.raises(InvalidStatus) as refused:
        await site.connect("/live", origin=origin, additional_headers=alice.cookie)

    assert refused.value.response.status_code == 403


async def test_alice_sees_her_own_without_asking_on_every_tab(site: Site, alice: Person):
    fox = await being_made(alice)
    tabs = [await site.page(alice) for _ in range(3)]
    for tab in tabs:
        await tab.until_html(f"generation-{fox.id}", "data-mine")

    await draw(fox, 1)
    await progress(fox, 1)

    for tab in tabs:
        assert (await tab.until_step(1)).generation_id == fox.id
        await tab.until_html(f"progress-{fox.id}", "Step 1 of 20")


async def test_one_begun_on_her_phone_appears_on_her_desk(site: Site, alice: Person):
    desk = await site.page(alice)
    await desk.socket.ping()

    fox = await being_made(alice)
    await somebody_listens(bus.account_topic(alice.id))
    await generation.announce(fox)

    await desk.until_html(f"generation-{fox.id}")
    await draw(fox, 1)
    await desk.until_step(1)


async def test_charlie_hears_nothing_of_alices_private_one_and_cannot_tell_that_it_exists(
    site: Site, alice: Person, charlie: Person
):
    fox, hers = await being_made(alice), await site.page(alice)
    his = await site.page(charlie, f"generation={fox.id}&generation={uuid4()}&generation=nonsense")
    shown = await being_made(alice, "public")
    also = await site.page(charlie, f"generation={fox.id}&generation={shown.id}")
    await also.until_html(f"generation-{shown.id}")  # so the private one was asked for before, and refused

    await draw(fox, 1)
    await progress(fox, 1)
    await set_columns(fox, status="canceled")
    await generation.announce(fox)

    await hers.until_html(f"generation-{fox.id}", "is-canceled")
    await draw(shown, 1)
    await also.until_step(1)
    assert his.seen == []
    assert not any(str(fox.id) in message for message in also.seen if isinstance(message, str))
    assert all(fox.id.bytes not in message for message in also.seen if isinstance(message, bytes))


async def test_the_watch_link_lets_others_see_it_form_and_shows_them_nothing_of_its_maker(
    site: Site, alice: Person, bob: Person
):
    fox = await being_made(alice, watchable=True)
    visitor = await site.page(None, f"generation={fox.id}:{fox.watch_token}")
    his = await site.page(bob, f"generation={fox.id}:{fox.watch_token}")
    for page in (visitor, his):
        card = await page.until_html(f"generation-{fox.id}")
        assert "a red fox" not in card and "data-mine" not in card and "Cancel" not in card

    await draw(fox, 3)

    await visitor.until_step(3)
    await his.until_step(3)


async def test_a_watch_link_taken_back_stops_the_frames_and_takes_the_card_away(site: Site, alice: Person):
    fox = await being_made(alice, watchable=True)
    hers, visitor = await site.page(alice), await site.page(None, f"generation={fox.id}:{fox.watch_token}")
    await visitor.until_html(f"generation-{fox.id}")
    await hers.until_html(f"generation-{fox.id}")

    await watching.set_watchable(fox.id, alice.id, watchable=False)
    await draw(fox, 4)  # in the same moment: it is not known yet who may still watch

    await visitor.until_html(f'<div id="generation-{fox.id}" hx-swap-oob="delete">')
    await draw(fox, 5)
    await hers.until_step(5)
    assert visitor.steps == []
    assert hers.steps == [4, 5]


async def test_made_private_while_it_forms_it_leaves_every_strangers_page(site: Site, alice: Person, charlie: Person):
    fox = await being_made(alice, "public")
    hers, his = await site.page(alice), await site.page(charlie, f"generation={fox.id}")
    await his.until_html(f"generation-{fox.id}")
    await hers.until_html(f"generation-{fox.id}")

    await generation.set_visibility(fox.id, alice.id, "private")
    await draw(fox, 6)

    await his.until_html("delete", str(fox.id))
    await hers.until_step(6)
    assert his.steps == []


async def test_the_database_notices_what_nobody_announced(site: Site, alice: Person, charlie: Person):
    fox = await being_made(alice, "public")
    his = await site.page(charlie, f"generation={fox.id}")
    await his.until_html(f"generation-{fox.id}")
    await set_columns(fox, visibility="private")

    await rights.check_generations(hub.current())

    await his.until_html("delete", str(fox.id))


async def test_strangers_who_saw_it_form_see_how_it_ended(site: Site, alice: Person, charlie: Person):
    fox = await being_made(alice, "public")
    his = await site.page(charlie, f"generation={fox.id}")
    await his.until_html(f"generation-{fox.id}", "is-running")

    await set_columns(fox, status="succeeded", step=20)
    await generation.announce(fox)

    await his.until_html(f"generation-{fox.id}", "is-succeeded")


async def test_who_comes_back_sees_the_present_state_and_the_last_frame_at_once(site: Site, alice: Person):
    fox = await being_made(alice)
    await draw(fox, 7)
    await cache.redis().set(bus.progress_key(fox.id), b'{"type":"generation.progressed","generation_id":"%s",'
                            b'"attempt":1,"step":7,"total_steps":20}' % str(fox.id).encode())  # fmt: skip

    for _ in range(2):
        page = await site.page(alice)
        await page.until_html(f"generation-{fox.id}", "Step 7 of 20")
        await page.until_step(7)
        await page.close()


async def test_a_worker_that_lost_its_claim_is_not_heard(site: Site, alice: Person):
    fox = await being_made(alice, attempt=2)
    page = await site.page(alice)
    await page.until_html(f"generation-{fox.id}")

    await draw(fox, 3, attempt=2)
    await draw(fox, 9, attempt=1)
    await progress(fox, 9, attempt=1)
    await draw(fox, 4, attempt=2)

    await page.until_step(4)
    assert page.steps == [3, 4]


async def test_a_hurried_worker_does_not_flood_the_page_and_its_last_word_is_heard(site: Site, alice: Person):
    fox = await being_made(alice)
    page = await site.page(alice)
    await page.until_html(f"generation-{fox.id}")

    for step in range(1, 21):
        await progress(fox, step)

    await page.until_html("Step 20 of 20")
    assert sum("Step" in str(message) for message in page.seen) < 10


async def test_workers_can_tell_whether_anybody_watches(site: Site, alice: Person):
    fox = await being_made(alice)
    assert await listeners(bus.generation_topic(fox.id)) == 0
    first, second = await site.page(alice), await site.page(alice, "explore=1")
    await first.until_html(f"generation-{fox.id}")
    await second.until_html(f"generation-{fox.id}")
    assert await listeners(bus.generation_topic(fox.id)) == 1

    await first.close()
    assert await listeners(bus.generation_topic(fox.id)) == 1
    await second.close()

    await nobody_listens()
    assert hub.current().topics == {}


async def test_valkey_killed_and_started_again_the_page_goes_on(site: Site, services: Services, alice: Person):
    fox = await being_made(alice)
    page = await site.page(alice)
    await page.until_html("is-running")

    services.valkey.kill()
    await set_columns(fox, step=5, status="queued")  # missed by everybody
    services.valkey.start()

    await page.until_html(f"generation-{fox.id}", "is-queued")
    await somebody_listens(bus.generation_topic(fox.id))
    await draw(fox, 8)
    await page.until_step(8)


async def test_a_page_opened_while_valkey_is_away_shows_the_state_and_joins_in_later(
    site: Site, services: Services, alice: Person
):
    fox = await being_made(alice)
    services.valkey.kill()
    page = await site.page(alice)

    await page.until_html(f"generation-{fox.id}")
    services.valkey.start()

    await somebody_listens(bus.generation_topic(fox.id))
    await draw(fox, 2)
    await page.until_step(2)


async def test_one_bad_message_closes_nobodys_page(site: Site, alice: Person):
    fox = await being_made(alice)
    page = await site.page(alice, "explore=1")
    await page.until_html(f"generation-{fox.id}")

    for topic in (bus.generation_topic(fox.id), bus.account_topic(alice.id), bus.EXPLORE):
        for nonsense in (b"", b"\x01", b"\x01" + bytes(10), b"{", b'{"type":"unheard.of"}', b"\xff" * 100):
            await cache.redis().publish(topic, nonsense)

    await draw(fox, 1)
    await page.until_step(1)


async def test_signing_out_closes_that_sessions_pages_and_no_others(site: Site, alice: Person):
    fox = await being_made(alice)
    here = await site.page(alice)
    phone = Person(alice.account, await sessions.begin(alice.id, "phone"), "")
    there = await site.page(phone)
    await here.until_html(f"generation-{fox.id}")
    await there.until_html(f"generation-{fox.id}")

    found = await sessions.find(alice.token)
    assert found
    await sessions.end(found[0].id)

    assert await here.until_closed() == 4401
    await draw(fox, 1)
    await there.until_step(1)


async def test_a_session_that_ran_out_is_noticed(site: Site, alice: Person):
    fox = await being_made(alice)
    page = await site.page(alice)
    await page.until_html(f"generation-{fox.id}")
    await Session.update({Session.expires_at: datetime.now(UTC) - timedelta(1)}).where(Session.account == alice.id)

    await rights.check_sessions(hub.current())

    assert await page.until_closed() == 4401


async def test_the_balance_follows(site: Site, alice: Person):
    page = await site.page(alice)
    await somebody_listens(bus.account_topic(alice.id))

    await bus.publish(bus.account_topic(alice.id), CreditsChanged(alice.id))

    await page.until_html('id="balance"')


async def test_whoever_talks_much_or_long_is_closed(site: Site, alice: Person):
    chatty, verbose = await site.page(alice), await site.page(alice)

    await verbose.socket.send("x" * 2000)
    assert await verbose.until_closed() == 1009
    for _ in range(30):
        await chatty.socket.send("hello?")
    assert await chatty.until_closed() == 1008

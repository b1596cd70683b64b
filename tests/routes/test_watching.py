"""A picture while it forms: its page, its card and its frame, by link and without scripts."""

from app import cache
from app.domain import generation, work
from app.realtime import bus, preview
from tests.people import FROM_HTMX, Browser, Person, asked, claimed, drawn, finished
from tests.routes.reading import read


async def test_the_page_reloads_itself_until_it_is_done(alice: Person):
    row = await asked(alice.me)
    waiting = await alice.get(f"/g/{row.id}")
    await work.succeed(await claimed(), [await drawn()])

    done = await alice.get(f"/g/{row.id}")

    [creation] = await generation.creations_of(row.id)
    assert 'http-equiv="refresh"' in waiting.text and 'http-equiv="refresh"' not in done.text
    assert f"/m/{creation.media_key}/full.webp" in done.text


async def test_the_last_frame_is_there_for_whoever_comes_late(alice: Person):
    row = await asked(alice.me)
    assert (await alice.get(f"/g/{row.id}/frame/0")).status_code == 404
    packet = preview.pack(preview.Preview(row.id, 0, 1, 3, 16, b"a picture"))
    await cache.redis().set(bus.frame_key(row.id), packet)

    frame = await alice.get(f"/g/{row.id}/frame/0")

    assert (frame.content, frame.headers["content-type"]) == (b"a picture", "image/jpeg")
    assert frame.headers["cache-control"] == "private, no-store"


async def test_whoever_has_the_link_sees_it_form_and_nothing_about_her(alice: Person, visitor: Browser):
    row = await asked(alice.me, "a heliotrope fox", "private")
    page = read(await alice.post(f"/g/{row.id}/watch", data={"watchable": "1"}, headers=FROM_HTMX))
    link = page.fields.get("watch-url") or next(
        tag["value"] for tag in page.all("input") if tag.get("id") == "watch-url"
    )

    seen = await visitor.get(link)

    assert seen.status_code == 200
    for hidden in ("heliotrope", alice.account.name, alice.account.handle, alice.account.email):
        assert hidden not in seen.text
    await alice.post(f"/g/{row.id}/watch", data={"watchable": "0"})
    assert (await visitor.get(link)).status_code == 404


async def test_canceling_by_a_plain_form_leads_back_to_its_page(alice: Person):
    row = await asked(alice.me)

    sent = await alice.post(f"/g/{row.id}/cancel")

    assert (sent.status_code, sent.headers["location"]) == (303, f"/g/{row.id}")
    assert "Canceled" in (await alice.get(f"/g/{row.id}")).text


async def test_canceling_by_htmx_brings_the_card(alice: Person):
    row = await asked(alice.me)

    card = await alice.post(f"/g/{row.id}/cancel", headers=FROM_HTMX)

    assert card.text.lstrip().startswith(f'<article id="generation-{row.id}"') and "is-canceled" in card.text


async def test_trying_again_leads_to_the_new_one(alice: Person):
    first, _ = await finished(alice.me)

    sent = await alice.post(f"/g/{first.id}/retry")

    [again] = await generation.unfinished_of(alice.me)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/g/{again.id}")


async def test_a_failure_is_explained_to_its_maker(alice: Person):
    row = await asked(alice.me)
    await work.fail(await claimed())

    assert "after three tries" in (await alice.get(f"/g/{row.id}")).text
    await alice.post("/preferences", data={"language": "ar"})
    assert "after three tries" not in (await alice.get(f"/g/{row.id}")).text


async def test_what_is_no_id_is_nothing(alice: Person):
    for path in ("/g/x", "/g/x/card", "/g/x/frame/0", "/g/00000000-0000-0000-0000-000000000000"):
        assert (await alice.get(path)).status_code == 404, path
    for deed in ("cancel", "retry", "watch", "visibility"):
        assert (await alice.post(f"/g/x/{deed}")).status_code == 404, deed

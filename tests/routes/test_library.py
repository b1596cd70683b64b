"""Her wall, by plain forms and by HTMX: look, hide, name, delete, bring back, take home."""

import io

import pytest
from PIL import Image

from app import storage
from app.domain import library
from app.models import Creation
from tests.people import FROM_HTMX, Person, creation, finished
from tests.routes.reading import read


async def test_a_switch_by_a_plain_form_leads_back_to_the_page(alice: Person):
    made = await creation(alice.me)

    sent = await alice.post(f"/creations/{made.id}/visibility", data={"visibility": "private"})

    assert (sent.status_code, sent.headers["location"]) == (303, f"/c/{made.slug}")
    assert (await library.get_own(made.id, alice.me)).visibility == "private"


async def test_the_button_says_what_it_will_do_so_a_double_press_is_harmless(alice: Person):
    made = await creation(alice.me)
    form = read(await alice.get("/library")).fields

    for _ in range(2):
        switch = await alice.post(f"/creations/{made.id}/visibility", data=form, headers=FROM_HTMX)

    assert (await library.get_own(made.id, alice.me)).visibility == "private"
    assert read(switch).fields["visibility"] == "public"


@pytest.mark.policy("P23")
async def test_several_at_once_by_a_plain_form(alice: Person):
    _, made = await finished(alice.me, pictures=3)
    ids = [str(each.id) for each in made]

    sent = await alice.post("/library/visibility", data={"id": ids[:2], "visibility": "private"})

    assert (sent.status_code, sent.headers["location"]) == (303, "/library")
    assert await Creation.count().where(Creation.visibility == "private") == 2


@pytest.mark.policy("P23")
async def test_several_with_one_of_somebody_else_change_none(alice: Person, bob: Person):
    mine, his = await creation(alice.me), await creation(bob.me)

    sent = await alice.post("/library/visibility", data={"id": [str(mine.id), str(his.id)], "visibility": "private"})

    assert sent.status_code == 404
    assert await Creation.count().where(Creation.visibility == "private") == 0


@pytest.mark.parametrize("form", [{"visibility": "friends"}, {}])
async def test_a_visibility_that_is_none_is_refused(alice: Person, form: dict[str, str]):
    made = await creation(alice.me)

    answer = await alice.post(f"/creations/{made.id}/visibility", data=form)

    assert answer.status_code == 422 and read(answer).sentence == "Choose public or private."


async def test_a_title_that_is_too_long_is_kept_and_explained(alice: Person):
    made = await creation(alice.me)

    answer = await alice.post(f"/creations/{made.id}/details", data={"title": "x" * 121}, headers=FROM_HTMX)

    page = read(answer)
    assert answer.status_code == 422 and page.problems == ["At most 120 characters fit."]
    assert page.fields["title"] == "x" * 121
    assert (await library.get_own(made.id, alice.me)).title == ""


async def test_without_a_script_it_is_kept_and_explained_too(alice: Person):
    made = await creation(alice.me)

    answer = await alice.post(f"/creations/{made.id}/details", data={"title": "x" * 121})

    assert answer.status_code == 422 and "x" * 121 in answer.text and "120" in answer.text


async def test_deleted_and_brought_back_by_plain_forms(alice: Person):
    made = await creation(alice.me)

    deleted = await alice.post(f"/creations/{made.id}/delete")
    assert (deleted.status_code, deleted.headers["location"]) == (303, "/library/deleted")
    assert f"/creations/{made.id}/restore" in (await alice.get("/library/deleted")).text
    await alice.post(f"/creations/{made.id}/restore")

    assert f"creation-{made.id}" in (await alice.get("/library")).text


async def test_over_htmx_a_delete_offers_undo(alice: Person):
    made = await creation(alice.me)

    answer = await alice.post(f"/creations/{made.id}/delete", headers=FROM_HTMX)

    assert answer.status_code == 200 and f"/creations/{made.id}/restore" in answer.text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A fox", "A fox.png"), ("ثعلب أحمر", "%D8%AB%D8%B9%D9%84%D8%A8"), ('a/b\\c"d\r\ne', "abcd e.png"),
        ("...", "picture.png"), ("x" * 120, "x" * 60 + ".png"),
    ],
)  # fmt: skip
async def test_she_takes_the_original_home_under_its_name(alice: Person, title: str, name: str):
    made = await creation(alice.me)
    await library.describe(made.id, alice.me, title, True)

    answer = await alice.get(f"/creations/{made.id}/download")

    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=") and name in disposition
    assert len(disposition.splitlines()) == 1 and disposition.count('"') == 2
    assert Image.open(io.BytesIO(answer.content)).size == (128, 128)
    assert len(answer.content) == int(answer.headers["content-length"]) == made.bytes


async def test_a_picture_whose_bytes_are_lost_is_not_there(alice: Person):
    made = await creation(alice.me)
    await storage.delete_all(library.folder(made.id))

    assert (await alice.get(f"/creations/{made.id}/download")).status_code == 404
    assert (await alice.get(f"/m/{made.media_key}/full.webp")).status_code == 404


async def test_a_second_page_is_a_plain_link(alice: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library, "PAGE", 2)
    await finished(alice.me, pictures=3)
    first = read(await alice.get("/library?visibility=public"))
    [more] = [link["href"] for link in first.all("a") if "after=" in link["href"]]

    second = await alice.get(more)

    assert "visibility=public" in more and second.text.count('class="work') == 1


async def test_share_links_are_made_and_stopped_by_plain_forms(alice: Person, visitor: Person):
    made = await creation(alice.me, visibility="private")
    await alice.post(f"/creations/{made.id}/share", data={"days": "30"})
    [link] = await library.links_of(made.id, alice.me)
    assert f"/s/{link.token}" in (await alice.get(f"/c/{made.slug}")).text

    page = await visitor.get(f"/s/{link.token}")
    assert (page.headers["referrer-policy"], page.headers["x-robots-tag"]) == ("no-referrer", "noindex")
    assert link.media_key in page.text and made.media_key not in page.text and made.slug not in page.text

    await alice.post(f"/share-links/{link.id}/revoke")
    assert (await visitor.get(f"/s/{link.token}")).status_code == 404


@pytest.mark.parametrize("days", ["", "1", "-7", "week", "9" * 5000])
async def test_a_share_link_lasts_one_of_the_times_on_offer(alice: Person, days: str):
    made = await creation(alice.me, visibility="private")

    assert (await alice.post(f"/creations/{made.id}/share", data={"days": days})).status_code == 422
    assert await library.links_of(made.id, alice.me) == []

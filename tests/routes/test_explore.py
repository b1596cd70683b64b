"""What a visitor sees: the walls, a picture's page that unfolds elsewhere, the feeds, and a maker's page."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from app import settings
from app.domain import library, showing
from tests.people import FROM_HTMX, Browser, Person, creation, finished
from tests.routes.reading import read

ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = "<script>alert(1)</script> & \"quotes\" 'ticks' ]]> \x0b\ufffe {{ 7 * 7 }}"


async def test_an_empty_studio_says_so(visitor: Browser):
    for path in ("/", "/explore", "/feed.xml", "/sitemap.xml", "/robots.txt", "/privacy", "/sign-in"):
        assert (await visitor.get(path)).status_code == 200, path


async def test_the_next_page_is_a_plain_link_and_the_same_over_htmx(
    alice: Person, visitor: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(showing, "PAGE", 2)
    await finished(alice.me, pictures=3)
    first = read(await visitor.get("/explore"))
    [more] = [link["href"] for link in first.all("a") if "after=" in link["href"]]

    page, part = await visitor.get(more), await visitor.get(more, headers=FROM_HTMX)

    assert "<html" in page.text and "<html" not in part.text
    for answer in (page, part):
        assert answer.text.count('id="explore-') == 1


async def test_a_picture_unfolds_to_a_card_elsewhere(alice: Person, visitor: Browser):
    made = await creation(alice.me, "a red fox")
    page = read(await visitor.get(f"/c/{made.slug}"))
    meta = {tag.get("property") or tag.get("name"): tag["content"] for tag in page.all("meta") if "content" in tag}

    card = await visitor.get(meta["og:image"])

    assert meta["og:title"] == "a red fox" and meta["twitter:card"] == "summary_large_image"
    assert Image.open(io.BytesIO(card.content)).size == (int(meta["og:image:width"]), int(meta["og:image:height"]))
    assert card.headers["cross-origin-resource-policy"] == "cross-origin"
    [link] = [tag for tag in page.all("link") if tag.get("type") == "application/json+oembed"]
    told = (await visitor.get(link["href"])).json()
    assert (told["type"], told["version"], told["author_name"]) == ("photo", "1.0", "Alice")
    assert (await visitor.get(told["url"])).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("?url=", 404), ("?url=http://[", 404), ("?url=https://evil.example/c/{slug}", 404),
        ("?url={base}/c/{slug}&format=xml", 501), ("?url={base}/c/{slug}&maxwidth=wide", 400),
        ("?url={base}/u/{slug}", 404), ("?url={base}/c/{slug}&maxwidth=-5&maxheight=0", 200),
    ],
)  # fmt: skip
async def test_oembed_knows_only_our_own_pictures(alice: Person, visitor: Browser, query: str, status: int):
    made = await creation(alice.me)

    answer = await visitor.get("/oembed" + query.format(slug=made.slug, base=settings.get().base_url))

    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["width"], answer.json()["height"]) == (1, 1)


async def test_oembed_fits_into_the_width_that_was_asked_for(alice: Person, visitor: Browser):
    made = await creation(alice.me)

    told = await visitor.get(f"/oembed?url={settings.get().base_url}/c/{made.slug}&maxwidth=64")

    assert (told.json()["width"], told.json()["height"]) == (64, 64)


async def test_whatever_makers_write_stays_words(alice: Person, visitor: Browser):
    made = await creation(alice.me)
    await library.describe(made.id, alice.me, NASTY, True)

    feed = ElementTree.fromstring((await visitor.get("/feed.xml")).content)  # noqa: S314 - our own
    ElementTree.fromstring((await visitor.get("/sitemap.xml")).content)  # noqa: S314
    pages = [await visitor.get(path) for path in ("/", "/explore", f"/c/{made.slug}")]

    assert feed.findtext(f"{ATOM}entry/{ATOM}title", "").startswith("<script>alert(1)")
    for page in pages:
        assert "<script>alert" not in page.text and "{{ 7 * 7 }}" in page.text


async def test_a_search_shows_its_words_again_as_words(visitor: Browser):
    page = await visitor.get("/explore", params={"q": NASTY.replace("\x0b", "")})

    assert page.status_code == 200 and "<script>alert" not in page.text


async def test_likes_are_given_and_taken_by_plain_forms(alice: Person, bob: Person):
    made = await creation(alice.me)
    form = read(await bob.get(f"/c/{made.slug}")).fields

    sent = await bob.post(f"/c/{made.slug}/like", data={"liked": form["liked"]})
    button = await bob.post(f"/c/{made.slug}/like", data={"liked": "0"}, headers=FROM_HTMX)

    assert (sent.status_code, sent.headers["location"]) == (303, f"/c/{made.slug}")
    assert 'aria-pressed="false"' in button.text and "<b>0</b>" in button.text


async def test_a_like_is_seen_on_explore_at_once(alice: Person, bob: Person, visitor: Browser):
    made = await creation(alice.me)
    assert 'class="likes"' not in (await visitor.get("/explore")).text

    await bob.post(f"/c/{made.slug}/like", data={"liked": "1"})

    assert 'class="likes"' in (await visitor.get("/explore")).text


async def test_a_makers_page_names_the_maker_and_not_the_address(alice: Person, visitor: Browser):
    await creation(alice.me)

    page = await visitor.get(f"/u/{alice.account.handle}")

    assert "Alice" in page.text and alice.account.email not in page.text
    assert (await visitor.get("/u/nobody")).status_code == 404


async def test_robots_are_kept_from_what_is_nobodys_business(visitor: Browser):
    text = (await visitor.get("/robots.txt")).text

    assert "Disallow: /s/" in text and "Disallow: /g/" in text and "Sitemap: http" in text

"""One table: who looks, how it is shown, and every way in. Private answers as what does not exist does, to the byte."""

import pytest
from litestar import Litestar

from app.models import Creation, Generation, ShareLink, Upload
from tests.people import Person
from tests.routes.scene import WORDS, Scene, Way, forged, scene

WHO = ("owner", "other", "visitor", "holder", "watcher")
VISIBILITIES = ("public", "private", "deleted")

ALL, NONE, OWNER = "200 200 200 200 200", "404 404 404 404 404", "200 404 404 404 404"
THERE, AWAY, MINE = "yes yes yes yes yes", "no no no no no", "yes no no no no"
PARTS, NOT_MODIFIED = "206 206 206 206 206", "304 304 304 304 304"
SIGN_IN = "303 303 303"  # whoever is not signed in is asked to, whatever there is
NO_KEY = "401 401 401"

# fmt: off
WAYS = [
    # Name, request; then owner, other, visitor, holder of a share link, of a watch link: public, private, deleted.
    Way("its page", "GET /c/{slug}", ALL, OWNER, NONE),
    Way("its page, asked for by HEAD", "HEAD /c/{slug}", ALL, OWNER, NONE),
    Way("the share link", "GET /s/{token}", "404 404 404 200 404", "404 404 404 200 404", NONE),
    Way("original", "GET /m/{key}/original.png", ALL, "200 404 404 200 404", NONE),
    Way("full", "GET /m/{key}/full.webp", ALL, "200 404 404 200 404", NONE),
    Way("thumbnail", "GET /m/{key}/thumb.webp", ALL, "200 404 404 200 404", NONE),
    Way("card", "GET /m/{key}/card.jpg", ALL, "200 404 404 200 404", NONE),
    Way("original by its old key", "GET /m/{old}/original.png", NONE, NONE, NONE),
    Way("full by its old key", "GET /m/{old}/full.webp", NONE, NONE, NONE),
    Way("thumbnail by its old key", "GET /m/{old}/thumb.webp", NONE, NONE, NONE),
    Way("card by its old key", "GET /m/{old}/card.jpg", NONE, NONE, NONE),
    Way("an old key and HEAD", "HEAD /m/{old}/full.webp", NONE, NONE, NONE),
    Way("bytes by HEAD", "HEAD /m/{key}/full.webp", ALL, "200 404 404 200 404", NONE),
    Way("a part", "GET /m/{key}/full.webp range", PARTS, "206 404 404 206 404", NONE),
    Way("a part by the old key", "GET /m/{old}/full.webp range", NONE, NONE, NONE),
    Way("kept by a cache", "GET /m/{key}/full.webp if-none-match",
        "304 304 304 200 304", "200 404 404 200 404", NONE),
    Way("kept under the old key", "GET /m/{old}/full.webp if-none-match", NONE, NONE, NONE),
    Way("download", "GET /creations/{id}/download", f"200 404 {SIGN_IN}", f"200 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("oEmbed", "GET /oembed?url=http://127.0.0.1:8000/c/{slug}", ALL, NONE, NONE),
    Way("item of the API", "GET /api/v1/creations/{id}", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}", f"404 404 {NO_KEY}"),
    Way("its links in the API", "GET /api/v1/creations/{id}/links", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("what its files carry, in the API", "GET /api/v1/creations/{id}/release", f"200 404 {NO_KEY}",
        f"200 404 {NO_KEY}", f"404 404 {NO_KEY}"),
    Way("public item of the API", "GET /api/v1/explore/{slug}", ALL, OWNER, NONE),
    # Its maker and whoever has the watch link keep the page it formed on; the picture on it is another matter.
    Way("where it formed", "GET /g/{generation}{watch}", "200 404 404 404 200", "200 404 404 404 200",
        "200 404 404 404 200"),
    Way("its card", "GET /g/{generation}/card{watch}", "200 404 404 404 200", "200 404 404 404 200",
        "200 404 404 404 200"),
    Way("its generation in the API", "GET /api/v1/generations/{generation}{watch}", "200 404 404 404 200",
        "200 404 404 404 200", "200 404 404 404 200"),
    Way("one that forms", "GET /g/{forming}{watch_forming}", ALL, "200 404 404 404 200", "200 404 404 404 200"),
    Way("card of one that forms", "GET /g/{forming}/card{watch_forming}", ALL, "200 404 404 404 200",
        "200 404 404 404 200"),
    Way("frame of one that forms", "GET /g/{forming}/frame/0{watch_forming}", ALL, "200 404 404 404 200",
        "200 404 404 404 200"),
    Way("one that forms in the API", "GET /api/v1/generations/{forming}{watch_forming}", ALL, "200 404 404 404 200",
        "200 404 404 404 200"),
    Way("her upload", "GET /uploads/{upload}/file", f"200 404 {SIGN_IN}", f"200 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("part of it", "GET /uploads/{upload}/file range", f"206 404 {SIGN_IN}", f"206 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("its thumbnail", "GET /uploads/{upload}/thumb", f"200 404 {SIGN_IN}", f"200 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("bytes of an upload that is whole", "GET /api/v1/uploads/{upload}/bytes", f"404 404 {NO_KEY}",
        f"404 404 {NO_KEY}", f"404 404 {NO_KEY}"),
    Way("her upload in the API", "GET /api/v1/uploads/{upload}", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
]
LISTS = [
    Way("first page", "GET /", THERE, AWAY, AWAY),
    Way("Explore", "GET /explore", THERE, AWAY, AWAY),
    Way("Explore, most liked", "GET /explore?sort=liked", THERE, AWAY, AWAY),
    Way("search", "GET /explore?q=kestrel", THERE, AWAY, AWAY),
    Way("feed", "GET /feed.xml", THERE, AWAY, AWAY),
    Way("sitemap", "GET /sitemap.xml", THERE, AWAY, AWAY),
    Way("profile", "GET /u/{handle}", THERE, AWAY, AWAY),
    Way("Explore in the API", "GET /api/v1/explore", THERE, AWAY, AWAY),
    Way("search in the API", "GET /api/v1/explore?q=kestrel", THERE, AWAY, AWAY),
    Way("her library", "GET /library", MINE, MINE, AWAY),
    Way("search in her library", "GET /library?q=kestrel", MINE, MINE, AWAY),
    Way("her list in the API", "GET /api/v1/creations", MINE, MINE, AWAY),
    Way("what she deleted", "GET /library/deleted", AWAY, AWAY, MINE),
    Way("her uploads", "GET /uploads", MINE, MINE, AWAY),
    Way("her uploads in the API", "GET /api/v1/uploads", MINE, MINE, AWAY),
]
DEEDS = [
    Way("like", "POST /c/{slug}/like liked=1", f"303 303 {SIGN_IN}", f"303 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("switch", "POST /creations/{id}/visibility visibility=private", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("switch several", "POST /library/visibility id={id} visibility=private", f"303 404 {SIGN_IN}",
        f"303 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("details", "POST /creations/{id}/details title=Mine", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("words in its files", "POST /creations/{id}/release words=1", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("words in its files by the API", "PUT /api/v1/creations/{id}/release words=true", f"200 404 {NO_KEY}",
        f"200 404 {NO_KEY}", f"404 404 {NO_KEY}"),
    Way("delete", "POST /creations/{id}/delete", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("restore", "POST /creations/{id}/restore", f"404 404 {SIGN_IN}", f"404 404 {SIGN_IN}", f"303 404 {SIGN_IN}"),
    Way("share", "POST /creations/{id}/share days=7", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}", f"404 404 {SIGN_IN}"),
    Way("stop sharing", "POST /share-links/{link}/revoke", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("change by the API", "PATCH /api/v1/creations/{id}", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("delete by the API", "DELETE /api/v1/creations/{id}", f"204 404 {NO_KEY}", f"204 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("like by the API", "PUT /api/v1/explore/{slug}/like", f"200 200 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("take it back by the API", "DELETE /api/v1/explore/{slug}/like", f"200 200 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("restore by the API", "POST /api/v1/creations/{id}/restore", f"404 404 {NO_KEY}", f"404 404 {NO_KEY}",
        f"200 404 {NO_KEY}"),
    Way("share by the API", "POST /api/v1/creations/{id}/links days=7", f"201 404 {NO_KEY}", f"201 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("stop sharing by the API", "DELETE /api/v1/links/{link}", f"204 404 {NO_KEY}", f"204 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("retry by the API", "POST /api/v1/generations/{generation}/retry", f"201 404 {NO_KEY}", f"201 404 {NO_KEY}",
        f"201 404 {NO_KEY}"),
    Way("change what forms by the API", "PATCH /api/v1/generations/{forming}", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"409 404 {NO_KEY}"),
    Way("revoke a key", "POST /account/keys/{api_key}/revoke", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"303 404 {SIGN_IN}"),
    Way("watch link", "POST /g/{forming}/watch watchable=0", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"303 404 {SIGN_IN}"),
    Way("cancel", "POST /g/{forming}/cancel", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}"),
    Way("cancel by the API", "DELETE /api/v1/generations/{forming}", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"200 404 {NO_KEY}"),
    Way("retry", "POST /g/{generation}/retry", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}"),
    Way("let an upload go", "POST /uploads/{upload}/delete", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("keep it shorter", "POST /uploads/{upload}/keep days=1", f"303 404 {SIGN_IN}", f"303 404 {SIGN_IN}",
        f"404 404 {SIGN_IN}"),
    Way("keep it shorter by the API", "PATCH /api/v1/uploads/{upload} days=1", f"200 404 {NO_KEY}", f"200 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("let it go by the API", "DELETE /api/v1/uploads/{upload}", f"204 404 {NO_KEY}", f"204 404 {NO_KEY}",
        f"404 404 {NO_KEY}"),
    Way("switch while it forms", "POST /g/{forming}/visibility visibility=private", f"303 404 {SIGN_IN}",
        f"303 404 {SIGN_IN}", f"409 404 {SIGN_IN}"),
]
# fmt: on


async def as_if_it_never_was(there: Scene, who: str, request: str, words: dict[str, str]) -> list[str]:
    """Whatever is not shown has the same status, the same headers and the same body as a forged address."""
    other = forged(words)
    answer, nothing = await there.ask(who, request, words), await there.ask(who, request, other)
    text, expected = answer.text, nothing.text
    # How much is left of a limit differs from one request to the next, whatever is asked for.
    headers = {name: str(answer.headers.get_list(name)) for name in answer.headers if name != "ratelimit"}
    as_expected = {name: str(nothing.headers.get_list(name)) for name in nothing.headers if name != "ratelimit"}
    for name, value in words.items():
        if value:
            text = text.replace(value, name)
            expected = expected.replace(other[name], name)
            headers = {key: each.replace(value, name) for key, each in headers.items()}
            as_expected = {key: each.replace(other[name], name) for key, each in as_expected.items()}
    same = (answer.status_code, headers, text) == (nothing.status_code, as_expected, expected)
    return [] if same else [f"{who} can tell that something is there: {request}"]


@pytest.mark.policy("P22")
@pytest.mark.parametrize("visibility", VISIBILITIES)
async def test_every_way_in(web: Litestar, alice: Person, bob: Person, visibility: str):
    there = await scene(web, alice, bob, visibility)
    wrong: list[str] = []

    for way in WAYS:
        for who, status in zip(WHO, getattr(way, visibility).split(), strict=True):
            words = there.words(who)
            answer = await there.ask(who, way.request, words)
            if answer.status_code != int(status):
                wrong.append(f"{way.name}: {who} got {answer.status_code}, not {status}")
            if status in {"404", "303", "401"}:
                wrong += await as_if_it_never_was(there, who, way.request, words)
            if who != "owner" and visibility != "public" and "/{key}/" not in way.request:
                shown = [trace for trace in (there.creation.media_key, there.old_key) if trace in answer.text]
                asked_for = {words["old"]} if "{old}" in way.request else set()
                wrong += [f"{way.name}: {who} learned {trace}" for trace in shown if trace not in asked_for]

    assert wrong == []


@pytest.mark.policy("P21")
@pytest.mark.parametrize("visibility", VISIBILITIES)
async def test_every_list(web: Litestar, alice: Person, bob: Person, visibility: str):
    there = await scene(web, alice, bob, visibility)
    wrong: list[str] = []

    for way in LISTS:
        for who, listed in zip(WHO, getattr(way, visibility).split(), strict=True):
            answer = await there.ask(who, way.request, there.words(who))
            assert answer.status_code in {200, 303, 401}, way
            found = any(trace in answer.text for trace in there.traces())
            if found != (listed == "yes"):
                wrong.append(f"{way.name}: {who} {'finds' if found else 'misses'} it")

    assert wrong == []


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("way", DEEDS, ids=lambda way: way.name)
async def test_every_deed(web: Litestar, alice: Person, bob: Person, way: Way, visibility: str):
    there = await scene(web, alice, bob, visibility)
    statuses = dict(zip(WHO, getattr(way, visibility).split(), strict=True))

    for who in WHO[1:]:
        before, words = await state(there), there.words(who)
        answer = await there.ask(who, way.request, words)
        assert answer.status_code == int(statuses[who]), who
        if statuses[who] not in {"303", "200"} or who != "other":  # Bob's like is welcome
            assert await as_if_it_never_was(there, who, way.request, words) == []
            assert await state(there) == before, f"{who} changed something"
    before = await state(there)
    answer = await there.ask("owner", way.request, there.words("owner"))

    assert answer.status_code == int(statuses["owner"])
    if statuses["owner"] == "404":
        assert await state(there) == before


async def state(there: Scene) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for table in (Creation, Generation, ShareLink, Upload):
        rows += await table.select().order_by(table.id)
    return rows


@pytest.mark.policy("P23")
@pytest.mark.parametrize(
    ("deed", "form"),
    [("visibility", {"visibility": "private"}), ("delete", {}), ("details", {"title": ""})],
    ids=["made private", "deleted", "its words hidden"],
)
async def test_the_next_request_finds_nothing(
    web: Litestar, alice: Person, bob: Person, deed: str, form: dict[str, str]
):
    there = await scene(web, alice, bob, "public")
    everything = [way.request for way in WAYS + LISTS if "forming" not in way.request]
    assert await leaks(there, everything), "what everybody may read is found by this test"

    await alice.post(f"/creations/{there.creation.id}/{deed}", data=form)

    assert await leaks(there, everything) == []


async def leaks(there: Scene, requests: list[str]) -> list[str]:
    """Where somebody else reads the words that it was made from."""
    found = []
    for request in requests:
        for who in WHO[1:]:
            answer = await there.ask(who, request, there.words(who))
            text = answer.text.replace('value="kestrel"', "").replace("q=kestrel", "")  # the searcher's own word
            found += [f"{who}: {request}"] if any(word in text for word in WORDS.split()) else []
    return found

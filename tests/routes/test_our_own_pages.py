"""Only our own pages may change things, and no page may do what its policy forbids."""

import pytest

from app.domain import library
from app.models import Creation
from tests.people import Browser, Person, asked, creation
from tests.routes.reading import read

OURS, THEIRS = "http://127.0.0.1:8000", "https://evil.example"
PROMISED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(self), geolocation=()",
}


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, False),
        ({"Origin": OURS}, True),
        ({"Origin": THEIRS}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, False),
        ({"Referer": f"{OURS}/library"}, False),
    ],
    ids=str,
)
async def test_a_form_of_another_site_changes_nothing(alice: Person, headers: dict[str, str], ours: bool):
    made = await creation(alice.me)
    del alice.headers["Sec-Fetch-Site"]

    for method, path in (("POST", f"/creations/{made.id}/delete"), ("DELETE", f"/api/v1/creations/{made.id}")):
        answer = await alice.request(method, path, headers=headers)
        assert answer.status_code == (403 if not ours else 303 if method == "POST" else 404), method

    assert await Creation.exists().where(Creation.deleted_at.is_null()) is not ours


async def test_the_refusal_is_a_sentence_in_her_language(alice: Person):
    await alice.post("/preferences", data={"language": "ar"})
    alice.cookies.delete("language")

    page = await alice.post("/create", headers={"Sec-Fetch-Site": "cross-site"})
    problem = await alice.post("/api/v1/generations", headers={"Sec-Fetch-Site": "cross-site"})

    assert read(page).sentence.startswith("لم يأتِ هذا الطلب من صفحتنا")
    assert problem.json()["detail"].startswith("لم يأتِ هذا الطلب من صفحتنا")


async def test_a_key_needs_no_proof_for_no_browser_sends_it_by_itself(alice: Person, visitor: Browser):
    del visitor.headers["Sec-Fetch-Site"]

    made = await visitor.post("/api/v1/generations", json={"prompt": "a fox"}, headers=alice.key)
    forged = await visitor.post("/api/v1/generations", json={"prompt": "a fox"}, headers={"Authorization": "Bearer x"})

    assert (made.status_code, forged.status_code) == (201, 401)


async def test_a_forged_key_beside_her_cookie_speaks_for_nobody(alice: Person):
    """Otherwise any header at all would lift the proof."""
    made = await creation(alice.me)
    headers = {"Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}

    answer = await alice.post(f"/creations/{made.id}/delete", headers=headers)

    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    assert (await library.get_own(made.id, alice.me)).deleted_at is None


async def every_answer(alice: Person, visitor: Browser) -> list[tuple[str, int, object]]:
    made, forming = await creation(alice.me), await asked(alice.me)
    static = read(await visitor.get("/")).all("script")[0]["src"]
    paths = [
        "/", "/explore", f"/c/{made.slug}", f"/u/{alice.account.handle}", "/sign-in", "/sign-up/age", "/privacy",
        "/create", "/library", "/library/deleted", "/account", "/billing", f"/g/{forming.id}", f"/s/{made.slug}",
        "/feed.xml", "/sitemap.xml", "/robots.txt", "/oembed", "/health/live", "/api/v1/me", "/api/v1/nothing",
        f"/m/{made.media_key}/full.webp", f"/creations/{made.id}/download", "/nothing", "/c/%00", static,
        "/static/nothing.css", "/create?from=x", "/schema/openapi.json",
    ]  # fmt: skip
    answers = [(path, await who.get(path)) for who in (alice, visitor) for path in paths]
    answers += [("PUT", await alice.put("/create")), ("HEAD", await alice.head("/library"))]
    answers += [("refused", await alice.post("/create", headers={"Sec-Fetch-Site": "cross-site"}))]
    answers += [("too large", await alice.post("/create", data={"prompt": "x" * 3_000_000}))]
    return [(path, answer.status_code, answer) for path, answer in answers]


async def test_every_answer_wears_the_headers_errors_too(alice: Person, visitor: Browser):
    answers = await every_answer(alice, visitor)

    assert {200, 303, 400, 401, 403, 404, 405, 413} <= {status for _, status, _ in answers}
    for path, status, answer in answers:
        headers = answer.headers  # type: ignore[attr-defined]
        shared = {name: headers.get(name) for name in PROMISED if name != "referrer-policy" or "/s/" not in path}
        assert shared.items() <= PROMISED.items(), (path, status)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, (path, status)
        assert "cache-control" in headers or status in {303} or not path.startswith("/m/"), (path, status)


async def test_no_page_carries_a_script_or_a_style_of_its_own(alice: Person, visitor: Browser):
    pages = [
        (path, answer)
        for path, _, answer in await every_answer(alice, visitor)
        if "html" in answer.headers.get("content-type", "") and answer.text  # type: ignore[attr-defined]
    ]

    assert len(pages) > 30
    for path, page in pages:
        read_page = read(page)  # type: ignore[arg-type]
        for tag, found in read_page.tags:
            assert tag != "style" and "style" not in found, (path, tag)
            assert not [name for name in found if name.startswith(("on", "hx-on"))], (path, tag)
            assert tag != "script" or found["src"].startswith("/static/"), path
            assert not found.get("href", "").lower().startswith(("javascript:", "data:")), (path, tag)


async def test_the_pages_of_a_person_are_kept_by_no_cache(alice: Person):
    for path in ("/", "/library", "/account", "/create", "/billing"):
        assert (await alice.get(path)).headers["cache-control"] == "no-store", path

"""Nonsense at the door: a clear sentence, the right status, and no trace of what is inside."""

import pytest

from tests.people import FROM_HTMX, Browser, Person
from tests.routes.reading import read

FORM = "application/x-www-form-urlencoded"
INSIDES = (
    "Traceback",
    "asyncpg",
    "piccolo",
    "litestar",
    "msgspec",
    "psycopg",
    ".py",
    "SELECT",
    "Expected",
    "Exception",
)
NONSENSE = [
    # method, path, body, content type, status
    ("GET", "/nothing/here", b"", "", 404),
    ("GET", "/c/%00", b"", "", 400),
    ("GET", "/u/%00", b"", "", 400),
    ("GET", "/s/%00", b"", "", 400),
    ("GET", "/m/%00/full.webp", b"", "", 400),
    ("GET", "/c/%ff%fe", b"", "", 404),
    ("GET", "/g/%00", b"", "", 404),
    ("GET", "/explore?q=%00", b"", "", 400),
    ("GET", "/explore?after=forged", b"", "", 400),
    ("GET", "/explore?sort=liked&after=forged", b"", "", 400),
    ("GET", "/library?q=%00", b"", "", 400),
    ("GET", "/library?after=%00", b"", "", 400),
    ("GET", "/static/%00", b"", "", 404),
    ("GET", "/static/%2e%2e/pyproject.toml", b"", "", 404),
    ("GET", "/static//etc/passwd", b"", "", 404),
    ("GET", "/oembed?url=http://[", b"", "", 404),
    ("DELETE", "/library", b"", "", 405),
    ("PUT", "/create", b"", "", 405),
    ("POST", "/explore", b"", "", 405),
    ("POST", "/creations/x/visibility", b"visibility=public", FORM, 404),
    ("POST", "/creations/x/delete", b"", "", 404),
    ("POST", "/share-links/x/revoke", b"", "", 404),
    ("POST", "/library/visibility", b"id=x&visibility=public", FORM, 404),
    ("POST", "/create", b"x" * 3_000_000, FORM, 413),
    ("POST", "/create", b"x" * 3_000_000, "multipart/form-data; boundary=x", 413),
    ("POST", "/create", b"garbage", "multipart/form-data; boundary=x", 400),
    ("POST", "/create", b"garbage", "multipart/form-data", 400),
    ("POST", "/create", b'{"prompt": "fox"}', "application/json", 415),
    ("POST", "/sign-in", b"email=a", "text/plain", 415),
    ("POST", "/library/visibility", b"[]", "application/json", 415),
    ("POST", "/create", b"%ff=%fe&prompt=", FORM, 422),
    ("POST", "/preferences", b"language=xx", FORM, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "kind", "status"), NONSENSE, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_person_gets_a_sentence(
    alice: Person, method: str, path: str, body: bytes, kind: str, status: int, language: str
):
    await alice.post("/preferences", data={"language": language})
    headers = {"Content-Type": kind} if kind else {}

    answer = await alice.request(method, path, content=body, headers=headers)

    assert answer.status_code == status
    page = read(answer)
    said = page.problems or [page.sentence]
    for sentence in said:
        assert len(sentence) > 10 and any("\u0600" < letter < "\u06ff" for letter in sentence) == (language == "ar")
    assert not [trace for trace in INSIDES if trace in answer.text]


@pytest.mark.parametrize(("method", "path", "body", "kind", "status"), NONSENSE[:17], ids=lambda value: str(value)[:40])
async def test_over_htmx_it_is_the_same(alice: Person, method: str, path: str, body: bytes, kind: str, status: int):
    assert (await alice.request(method, path, headers=FROM_HTMX)).status_code == status


@pytest.mark.parametrize("path", ["/create", "/api/v1/generations"])
async def test_a_body_that_never_says_how_long_it_is_ends_at_the_limit(alice: Person, path: str):
    sent = 0

    async def endless():
        nonlocal sent
        for _ in range(50):
            sent += 1
            yield b"x" * 100_000

    kind = FORM if path == "/create" else "application/json"
    answer = await alice.post(path, content=endless(), headers={"Content-Type": kind})

    assert answer.status_code == 413 and sent < 30


async def test_a_wrong_method_says_which_are_right(alice: Person):
    answer = await alice.delete("/library")

    assert answer.status_code == 405 and "GET" in answer.headers.get("allow", "")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"prompt": 5}', "application/json", 400),
        (b'{"prompt": "x", "seed": "a"}', "application/json", 400),
        (b'{"prompt": "\\ud800"}', "application/json", 400),
        (b'{"prompt": ""}', "application/json", 422),
        (b'{"prompt": "x", "seed": -1}', "application/json", 422),
        (b'{"prompt": "x", "width": 3, "height": 3}', "application/json", 422),
        (b'{"prompt": "x", "model": "no/such"}', "application/json", 422),
        (b'{"prompt": "x", "visibility": "friends"}', "application/json", 422),
        (b'{"prompt": "x", "request_key": "a\\u0000b"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b"prompt=x", FORM, 415),
        (b'{"prompt": "x"}', "text/plain", 415),
        (b"x" * 3_000_000, "application/json", 413),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_program_gets_a_problem_document(alice: Person, body: bytes, kind: str, status: int, language: str):
    await alice.post("/preferences", data={"language": language})

    answer = await alice.post("/api/v1/generations", content=body, headers={"Content-Type": kind})

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status and problem["title"] and problem["type"] == "about:blank"
    assert any("\u0600" < letter < "\u06ff" for letter in problem["detail"]) == (language == "ar")
    assert not [trace for trace in INSIDES if trace in answer.text]


async def test_an_unheard_of_language_and_theme_get_english_and_no_error(visitor: Browser):
    headers = {b"Accept-Language": b";;;,\xff,tlh;q=9", b"Cookie": b"theme=<script>; language=\xd8\xa7"}

    page = await visitor.get("/", headers=headers)

    assert page.status_code == 200 and '<html lang="en"' in page.text and "<script>;" not in page.text

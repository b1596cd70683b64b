"""What stands around every answer, whatever is asked: pages, errors, files, the API. And no script or style within."""

import re

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.people import Browser, Person, creation

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": ("strict-origin-when-cross-origin", "no-referrer"),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": ("same-origin", "cross-origin"),
    "permissions-policy": "camera=(), microphone=(self), geolocation=()",
}
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", re.IGNORECASE)
DATA = re.compile(r"<script type=\"application/(ld\+)?json\"")
ANYBODY = "00000000-0000-0000-0000-000000000000"


def addresses(web: Litestar) -> list[tuple[str, str]]:
    """Every door of the studio, asked for something that is not there."""
    found = []
    for route in web.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                path = re.sub(r"\{\w+:int\}", "0", route.path)
                path = re.sub(r"\{[^}]*\}", ANYBODY, path)
                found += [(method, path) for method in map(str, handler.http_methods) if method != "OPTIONS"]
    return found


def wrong_with(answer: httpx.Response) -> list[str]:
    found = []
    for name, wanted in ALWAYS.items():
        if answer.headers.get(name) not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            found.append(f"{name}: {answer.headers.get(name)}")
    policy = answer.headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"content-security-policy: {policy}")
    if answer.headers.get("content-type", "").startswith("text/html"):
        if "frame-ancestors 'none'" not in policy or "base-uri 'none'" not in policy:
            found.append(f"a page in a frame: {policy}")
        found += [f"inline: {match.group(0)}" for match in INLINE.finditer(DATA.sub("", answer.text))]
    return found


@pytest.mark.parametrize("who", ["alice", "visitor"])
async def test_every_door(web: Litestar, alice: Person, visitor: Browser, who: str):
    person: Browser = {"alice": alice, "visitor": visitor}[who]
    await creation(alice.me)
    asked = addresses(web)
    wrong = []
    for method, path in asked:
        if path.endswith("/sign-out"):
            continue
        answer = await person.request(method, path)
        wrong += [f"{method} {path} ({answer.status_code}): {each}" for each in wrong_with(answer)]

    assert wrong == [] and len(asked) > 100


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/api/v1/nowhere", 404), ("PUT", "/create", 405), ("GET", "/c/%00", 400),
     ("GET", "/static/css/base.css", 200), ("GET", "/static/nothing", 404), ("OPTIONS", "/explore", 204),
     ("HEAD", "/explore", 200), ("GET", "/schema/openapi.json", 200), ("GET", "/api/nowhere", 404),
     ("TRACE", "/", 405), ("GET", "/robots.txt", 200)],
)  # fmt: skip
async def test_errors_and_files_too(visitor: Browser, method: str, path: str, status: int):
    answer = await visitor.request(method, path)

    assert (answer.status_code, wrong_with(answer)) == (status, [])


async def test_bytes_and_cards_too(visitor: Browser, alice: Person):
    made = await creation(alice.me)

    for path in (f"/m/{made.media_key}/full.webp", f"/m/{made.media_key}/card.jpg", f"/c/{made.slug}"):
        assert wrong_with(await visitor.get(path)) == []


async def test_what_comes_from_elsewhere_is_refused_with_them_too(visitor: Browser):
    answer = await visitor.post("/preferences", headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, wrong_with(answer)) == (403, [])


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/nowhere", "/api/v1/generations/x/y/z"])
async def test_what_is_nowhere_under_the_api_is_a_problem_document(visitor: Browser, path: str):
    answer = await visitor.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")

"""What programmers read is what the studio does: every operation is there, and the examples really work."""

import html
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from app import webhook_signing
from app.routes.api.described import document
from tests.people import Browser, Person, creation
from tests.routes.reading import read


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_operation_and_every_shape_is_on_the_page(web: Litestar, visitor: Browser, language: str):
    answer = await visitor.get("/developers", headers={"Accept-Language": language})
    page, told = html.unescape(answer.text), document(web)

    for path, operations in told["paths"].items():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page and path.removeprefix("/api/v1") in page
            for parameter in operation["parameters"]:
                assert parameter["name"] in page
    links, places = set(re.findall(r'href="#([^"]+)"', answer.text)), set(re.findall(r' id="([^"]+)"', answer.text))
    assert links <= places, "no link leads nowhere"
    assert set(re.findall(r'(?:src|href)="(https?://[^"]+)"', answer.text)) == {"http://127.0.0.1:8000/developers"}


async def test_it_is_found_from_every_page_and_from_the_keys(alice: Person):
    for path in ("/explore", "/account/keys"):
        assert 'href="/developers"' in (await alice.get(path)).text


async def test_the_lines_that_check_a_webhook_do(visitor: Browser):
    [lines] = re.findall(r'<code id="verify">(.*?)</code>', (await visitor.get("/developers")).text, re.DOTALL)
    there: dict[str, Any] = {}
    exec(html.unescape(lines), there)  # noqa: S102 - our own page, as its reader would run it
    secret, body, number = "whsec_" + "QUJD" * 8, b'{"type": "test"}', str(uuid4())

    def headers(moment: float) -> dict[str, str]:
        at = str(int(moment))
        return {
            "webhook-id": number, "webhook-timestamp": at,
            "webhook-signature": "v1,old " + webhook_signing.signature(secret, number, at, body),
        }  # fmt: skip

    now, check = datetime.now(UTC).timestamp(), there["comes_from_the_studio"]
    assert check(secret, headers(now), body)
    assert not check(secret, headers(now), body + b" ")
    assert not check("whsec_" + "QUJE" * 8, headers(now), body)
    assert not check(secret, headers(now - 3600), body), "an old one, sent again by somebody who heard it"


async def test_what_has_not_changed_is_not_sent_again(alice: Person):
    made = await creation(alice.me)
    path = f"/api/v1/creations/{made.id}"
    first = await alice.get(path, headers=alice.key)
    again = await alice.get(path, headers=alice.key | {"If-None-Match": f'"other", {first.headers["etag"]}'})
    await alice.patch(path, json={"title": "Fox"}, headers=alice.key)
    changed = await alice.get(path, headers=alice.key | {"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert changed.status_code == 200 and changed.json()["title"] == "Fox"
    assert "no-cache" in first.headers["cache-control"] and "Authorization" in first.headers["vary"]


async def test_a_change_that_she_has_not_seen_is_not_overwritten(alice: Person):
    made = await creation(alice.me)
    path = f"/api/v1/creations/{made.id}"
    seen = (await alice.get(path, headers=alice.key)).headers["etag"]

    def change(title: str) -> Any:
        return alice.patch(path, json={"title": title}, headers=alice.key | {"If-Match": seen})

    answers: list[httpx.Response] = [await change("first"), await change("second")]

    assert [answer.status_code for answer in answers] == [200, 412]
    assert answers[1].headers["content-type"] == "application/problem+json"
    assert (await alice.get(path, headers=alice.key)).json()["title"] == "first"
    shown = read(await alice.get("/developers"))
    assert shown.all("h2")


@pytest.mark.parametrize(("path", "change"), [("me", {"name": "Ada"}), ("webhooks", {"on": False})])
async def test_nor_elsewhere(alice: Person, path: str, change: dict[str, Any]):
    path = f"/api/v1/{path}"
    if path.endswith("webhooks"):
        url = {"url": "https://example.org/"}
        path += f"/{(await alice.post(path, json=url, headers=alice.key)).json()['id']}"
    seen = (await alice.get(path, headers=alice.key)).headers["etag"]

    sent = [await alice.patch(path, json=change, headers=alice.key | {"If-Match": tag}) for tag in ('"old"', seen)]

    assert [answer.status_code for answer in sent] == [412, 200]

"""Style and script: kept for ever under their fingerprint, and nothing else of the machine."""

import pytest

from app import templating
from tests.people import Browser

SHEET = "css/base.css"


async def test_an_address_with_its_fingerprint_is_kept_for_ever(visitor: Browser):
    answer = await visitor.get(templating.static(SHEET))

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")


async def test_another_fingerprint_is_asked_for_again(visitor: Browser):
    old = await visitor.get(f"/static/{SHEET}?v=000000000000")
    again = await visitor.get(f"/static/{SHEET}", headers={"If-None-Match": old.headers["etag"]})

    assert old.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "css", "", "nothing.css", "../pyproject.toml", "%2e%2e/pyproject.toml", "%2e%2e%2fpyproject.toml",
        "/etc/passwd", "css/../../pyproject.toml", "..%5cpyproject.toml", "%00", "css/base.css%00", "x" * 5000,
    ],
)  # fmt: skip
async def test_nothing_else_is_served(visitor: Browser, path: str):
    assert (await visitor.get(f"/static/{path}")).status_code == 404

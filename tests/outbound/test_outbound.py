"""What leaves the studio goes to whom the privacy page names, and to nobody else."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app import outbound, settings
from app.settings import Settings
from tests.standing import standing

pytestmark = pytest.mark.policy("P35", "P36")

APP = Path(__file__).parents[2] / "app"
SPEAKERS = {"httpx", "aiohttp", "requests", "urllib.request", "http.client", "urllib3"}


@pytest.fixture
async def neighbour(monkeypatch: pytest.MonkeyPatch, anyio_backend: object) -> AsyncIterator[str]:
    """A server on this machine that redirects wherever it is told, chosen by the operator as Stripe's address."""
    async with standing(_redirects) as url:
        monkeypatch.setenv("STRIPE_API_URL", url)
        settings.get.cache_clear()
        yield url
        monkeypatch.undo()
        settings.get.cache_clear()


async def _redirects(scope, receive, send) -> None:
    target = scope["query_string"]
    head = [(b"location", target)] if target else []
    await send({"type": "http.response.start", "status": 302 if target else 200, "headers": head})
    await send({"type": "http.response.body", "body": b"here"})


async def test_the_address_that_a_setting_gives_answers(neighbour: str):
    async with outbound.client() as client:
        assert (await client.get(neighbour)).text == "here"


@pytest.mark.parametrize(
    "elsewhere", ["http://127.0.0.1:9/", "https://evil.example/", "http://169.254.169.254/latest/meta-data/"]
)
async def test_a_redirect_does_not_lead_out(neighbour: str, elsewhere: str):
    async with outbound.client() as client:
        with pytest.raises(outbound.NotOnTheList):
            await client.get(f"{neighbour}?{elsewhere}", follow_redirects=True)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://api.stripe.com/v1/charges", True),
        ("https://region1.google-analytics.com/mp/collect", True),
        ("http://api.stripe.com/v1/charges", False),
        ("https://api.stripe.com:8443/", False),
        ("https://api.stripe.com.evil.example/", False),
        ("https://api.stripe.com@evil.example/", False),
        ("https://xapi.stripe.com/", False),
        ("https://evilgoogle-analytics.com/", False),
        ("https://api.stripe.com./", False),
        ("https://127.0.0.1/", False),
        ("ftp://api.stripe.com/", False),
    ],
)
def test_a_place_is_its_exact_name(services: object, url: str, may: bool):
    assert outbound.allowed(httpx.URL(url)) is may


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch, neighbour: str):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with outbound.client() as client:
        assert (await client.get(neighbour)).text == "here"


def test_everybody_on_the_list_is_described_in_both_languages():
    for each in outbound.processors():
        assert all({"en", "ar"} <= set(text) for text in (each.purpose, each.data, each.country, each.safeguard))
        assert set(each.settings) <= set(Settings.__struct_fields__)
    assert {"Stripe", "Google Analytics", "Clerk"} <= {each.name for each in outbound.processors()}


def test_nothing_else_in_the_studio_speaks_to_the_outside():
    """The terminal speaks to a studio and `answering` to our own parts, which is not the outside."""
    speaking = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            if SPEAKERS & set(names):
                speaking.add(path.relative_to(APP).as_posix())

    assert speaking == {"outbound.py", "strangers.py", "terminal.py", "answering.py"}

"""What an operator asks: does it live, is it ready, and how much of everything."""

import httpx
import pytest
from litestar import Litestar

from app import settings
from app.domain import work
from tests.people import Browser


async def test_it_lives_and_is_ready_once_a_worker_was_seen(visitor: Browser):
    assert (await visitor.get("/health/live")).json() == {"status": "ok"}
    before = await visitor.get("/health/ready")

    await work.present("w1", "cpu", ["any"], "")

    after = await visitor.get("/health/ready")
    assert (before.status_code, before.json()) == (
        503, {"database": True, "redis": True, "storage": True, "worker": False}
    )  # fmt: skip
    assert (after.status_code, after.json()["worker"]) == (200, True)


async def figures(web: Litestar, address: str, **headers: str) -> int:
    transport = httpx.ASGITransport(web, client=(address, 4000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as somebody:
        answer = await somebody.get(
            "/metrics", headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
    return answer.status_code


async def test_figures_are_for_this_machine_alone(web: Litestar, clean: None):
    assert await figures(web, "127.0.0.1") == await figures(web, "::1") == 200
    assert await figures(web, "203.0.113.5") == await figures(web, "10.0.0.2") == 404


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
async def test_a_proxy_on_this_machine_hands_them_to_nobody(web: Litestar, clean: None, header: str):
    assert await figures(web, "127.0.0.1", **{header: "203.0.113.5"}) == 404


async def test_with_a_token_they_are_for_whoever_has_it(web: Litestar, clean: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("METRICS_TOKEN", "let-me-count")
    settings.get.cache_clear()
    try:
        told = await figures(web, "203.0.113.5", Authorization="Bearer let-me-count")
        refused = [await figures(web, "127.0.0.1"), await figures(web, "127.0.0.1", Authorization="Bearer x")]
    finally:
        monkeypatch.undo()
        settings.get.cache_clear()

    assert told == 200 and refused == [404, 404]

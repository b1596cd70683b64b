"""Making a picture from the terminal: the JSON API, its events over a websocket, and a progress bar."""

import asyncio
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import click
import httpx
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app.domain import accounts, keys
from app.errors import NotFound
from app.models.generations import UNFINISHED

AWAY = (httpx.HTTPError, OSError, WebSocketException)
PATIENCE = 60.0
OWN_ADDRESS = "terminal@localhost"

T = TypeVar("T")


class Unsuccessful(Exception):
    """A sentence for whoever sits at the terminal."""


async def token_for(email: str) -> str:
    """An hour's key for an account; without an address, for the terminal's own, made when first needed."""
    account = await accounts.by_email(email or OWN_ADDRESS)
    if account is None and email:
        raise NotFound
    if account is None:
        account = await accounts.sign_up("Terminal", OWN_ADDRESS, secrets.token_urlsafe(24), "private")
    _, token = await keys.create(account.id, "Terminal", {"create", "read"}, life=timedelta(hours=1))
    return token


async def generate(url: str, token: str, asked: dict[str, Any], out: str | None) -> str:
    """The name of the file that was written."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as http:
        try:
            made = _read(await http.post("/api/v1/generations", json=asked))
            made = await _until_it_ended(http, url, token, made)
            if made["status"] != "succeeded":
                raise Unsuccessful(made["error"] or f"It was {made['status']}.")
            creation = made["creations"][0]
            picture = await _patiently(lambda: http.get(creation["media"]["original"].removeprefix(url)))
            picture.raise_for_status()
        except AWAY:
            raise Unsuccessful(f"The studio at {url} does not answer. Is it running?") from None
        name = out or f"picture-{creation['seed']}.png"
        with open(name, "wb") as file:  # noqa: ASYNC230 - nothing else runs here
            file.write(picture.content)
    return name


async def _until_it_ended(http: httpx.AsyncClient, url: str, token: str, made: dict[str, Any]) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        await _watch(url, made["id"], token)
        return _read(await http.get(f"/api/v1/generations/{made['id']}"))

    while made["status"] in UNFINISHED:
        made = await _patiently(look)
    return made


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """A studio that is started again in the middle goes on with its work, and so do we."""
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            return await ask()
        except AWAY:
            if time.monotonic() > patience:
                raise
            await asyncio.sleep(0.2)


async def _watch(url: str, generation_id: str, token: str) -> None:
    """Until its last event. Progress of a cancelled or failed one ends as well."""
    address = f"{url.replace('http', 'ws', 1)}/api/v1/generations/{generation_id}/events"
    bar: Any = None
    async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
        async for message in socket:
            if isinstance(message, bytes):
                continue
            event = msgspec.json.decode(message)
            step, total = _steps(event)
            if total and bar is None and step:
                bar = click.progressbar(length=total, label="Forming", show_pos=True, file=sys.stderr)
                bar.__enter__()
            if bar is not None and step > bar.pos:
                bar.update(step - bar.pos)
    if bar is not None:
        bar.__exit__(None, None, None)


def _steps(event: dict[str, Any]) -> tuple[int, int]:
    state = event.get("generation", event)
    return int(state.get("step", 0)), int(state.get("total_steps", 0))


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == 503:
        answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    if answer.is_error:
        errors = body.get("errors", {})
        raise Unsuccessful(" ".join(errors.values()) or body.get("detail", "That did not work."))
    return body

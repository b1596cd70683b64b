"""People with accounts and pictures, made without a browser where the browser is not what a test is about."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import msgspec
from PIL import Image
from playwright.async_api import BrowserContext, Page

from app import storage
from app.domain import accounts, library, sessions
from app.models import Account, Creation, Generation
from tests.browser import OpenContext
from tests.people import account

_moments = count()


@dataclass
class Visit:
    """A person in their own browser, on one page of it."""

    account: Account
    context: BrowserContext
    page: Page
    base_url: str


async def let_in(context: BrowserContext, who: Account, base_url: str) -> None:
    token = await sessions.begin(who.id, "browser")
    await context.add_cookies([{"name": "session", "value": token, "url": base_url}])


async def enter(open_context: OpenContext, base_url: str, name: str, language: str = "en", **options: Any) -> Visit:
    who = await account(name, language=language)
    context = await open_context(locale=language, **options)
    await let_in(context, who, base_url)
    return Visit(who, context, await context.new_page(), base_url)


async def staff(open_context: OpenContext, base_url: str, name: str, role: str, language: str = "en") -> Page:
    """Somebody who works here, with both factors shown."""
    who = await account(name, language=language)
    await accounts.set_role(who.id, role)
    context = await open_context(locale=language, reduced_motion="reduce")
    token = await sessions.begin(who.id, "browser", strong=True)
    await context.add_cookies([{"name": "session", "value": token, "url": base_url}])
    return await context.new_page()


async def hang(owner: Account, prompt: str, visibility: str = "public", **columns: Any) -> Creation:
    """A finished picture, older than the ones before it are not: each is a moment newer."""
    moment = datetime.now(UTC) - timedelta(hours=1) + timedelta(milliseconds=next(_moments))
    params = {"prompt": prompt, "num_inference_steps": 16, "true_cfg_scale": 3.0, "width": 64, "height": 64}
    values: dict[str, Any] = {
        "owner": owner.id, "kind": "image", "prompt": prompt, "params": msgspec.json.encode(params).decode(),
        "model": "starters/image", "seed": 7, "visibility": visibility, "width": 64, "height": 64, "color": "#9a5b2f",
        "created_at": moment, "published_at": moment if visibility == "public" else None,
    }  # fmt: skip
    creation = Creation(**(values | columns))
    for name, kind in (("original.png", "PNG"), ("full.webp", "WEBP"), ("thumb.webp", "WEBP"), ("card.jpg", "JPEG")):
        data = BytesIO()
        Image.new("RGB", (64, 64), "#9a5b2f").save(data, kind)
        await storage.put(f"{library.folder(creation.id)}/{name}", data.getvalue())
    await Creation.insert(creation)
    return creation


async def newest(owner: Account) -> Generation:
    found = await Generation.objects().where(Generation.owner == owner.id).order_by(Generation.id, ascending=False)
    return found[0]

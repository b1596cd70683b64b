"""Alice makes things, Bob is somebody else with an account, Charlie must not be able to tell that they exist."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from PIL import Image

from app import catalog, db, settings
from app.domain import accounts, credits, generation, keys, passwords, sessions, work
from app.main import create_app
from app.models import Account, Creation, Generation, Session
from app.workers import finishing, shown
from app.workers.engine import Picture

PASSWORD = "three unrelated words"
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
FROM_HTMX = {"HX-Request": "true"}
WORKER = "the-test's-own"


def door(app: Any) -> httpx.ASGITransport:
    """The app without a socket between. Errors answer as they would for anybody, and do not fall into the test."""
    return httpx.ASGITransport(app, raise_app_exceptions=False)


class Browser(httpx.AsyncClient):
    """A browser at our own page: it keeps cookies, follows no redirect by itself, and runs no script."""

    def __init__(self, app: Litestar) -> None:
        super().__init__(transport=door(app), base_url=settings.get().base_url, headers=FROM_OUR_PAGE)

    def keep(self, name: str, value: str) -> None:
        self.cookies.set(name, value, domain="127.0.0.1", path="/")


class Person(Browser):
    def __init__(self, app: Litestar, account: Account, token: str, key: str = "") -> None:
        super().__init__(app)
        self.account, self.token = account, token
        self.key = {"Authorization": f"Bearer {key}"}
        "For her own programs: it may all that a key may."
        self.me: UUID = account.id
        self.keep("session", token)


@pytest.fixture(scope="session")
def web(services: object) -> Litestar:
    """The whole web process's app. The pool is the test's own, in the test's own loop."""
    return create_app()


@pytest.fixture
async def visitor(web: Litestar, clean: None, anyio_backend: object) -> AsyncIterator[Browser]:
    """Somebody without an account."""
    async with Browser(web) as browser:
        yield browser


@pytest.fixture
async def alice(web: Litestar, clean: None, anyio_backend: object) -> AsyncIterator[Person]:
    async with await signed_in(web, "Alice") as person:
        yield person


@pytest.fixture
async def bob(web: Litestar, clean: None, anyio_backend: object) -> AsyncIterator[Person]:
    async with await signed_in(web, "Bob") as person:
        yield person


@pytest.fixture
async def charlie(web: Litestar, clean: None, anyio_backend: object) -> AsyncIterator[Person]:
    async with await signed_in(web, "Charlie") as person:
        yield person


@cache
def secret() -> str:
    """Hashed once for everybody: that takes its time on purpose, and tests/routes/test_sign_up.py is about it."""
    return passwords.HASHER.hash(PASSWORD)


async def account(name: str = "Alice", *, visibility: str = "public", language: str = "en") -> Account:
    who = accounts.Newcomer(name, f"{uuid4().hex}@example.org", secret(), visibility, language)
    async with db.transaction():
        return await accounts.insert(who)


async def key_of(account_id: UUID) -> str:
    """A program's key, for all that a key may."""
    _, token = await keys.create(account_id, "Test", set(keys.SCOPES))
    return token


async def signed_in(web: Litestar, name: str, **choices: str) -> Person:
    person = await account(name, **choices)
    return Person(web, person, await sessions.begin(person.id, "test"), await key_of(person.id))


async def viewer_of(token: str) -> UUID | None:
    """Whom a browser that keeps this token is signed in as."""
    found = await sessions.find(token)
    return found[1].id if found else None


async def staff(web: Litestar, role: str) -> Person:
    """Somebody with that role who signed in with two factors."""
    person = await account(role.title())
    await accounts.set_role(person.id, role)
    return Person(web, await accounts.get(person.id), await sessions.begin(person.id, "test", strong=True))


async def grow_old(account_id: UUID) -> None:
    """Their browsers proved too long ago who they are for what cannot be undone."""
    earlier = datetime.now(UTC) - sessions.FRESH - timedelta(seconds=1)
    await Session.update({Session.proved_at: earlier}).where(Session.account == account_id)


def starter() -> catalog.Model:
    return catalog.get("")


async def asked(owner: UUID, prompt: str = "a red fox", visibility: str = "public", **params: Any) -> Generation:
    return await generation.submit(owner, "", {"prompt": prompt} | params, visibility)


async def spend(owner: UUID, amount: int) -> None:
    """For nothing in particular: held and captured at once."""
    async with db.transaction():
        reference = f"test:{uuid4()}"
        await credits.hold(owner, amount, reference)
        await credits.settle(owner, amount, reference)


async def claimed(worker: str = WORKER) -> Generation:
    found = await work.claim(worker, [starter().id])
    assert found is not None
    return found


async def drawn(position: int = 0, seed: int = 7) -> work.Made:
    """A picture whose files are really in the storage, made without a model."""
    image = Image.new("RGB", (128, 128), (200, 40 + 10 * position, 30))
    return await finishing.store(Picture(image, seed), position, shown.files(image))


async def finished(
    owner: UUID, prompt: str = "a red fox", visibility: str = "public", pictures: int = 1
) -> tuple[Generation, list[Creation]]:
    """Asked, claimed, made and kept, by the same verbs as in earnest."""
    row = await asked(owner, prompt, visibility, num_images_per_prompt=pictures)
    mine = await claimed()
    assert mine.id == row.id, "something else was waiting before"
    assert await work.succeed(mine, [await drawn(position) for position in range(pictures)])
    return await generation.get_own(row.id, owner), await generation.creations_of(row.id)


async def creation(owner: UUID, prompt: str = "a red fox", visibility: str = "public") -> Creation:
    _, [made] = await finished(owner, prompt, visibility)
    return made

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app import storage
from app.domain import credits
from tests.faults.storm import Maker
from tests.people import account, key_of
from tests.studio import Studio


@pytest.fixture
async def maker_at(clean: None, anyio_backend: object) -> AsyncIterator[Callable[[Studio], Awaitable[Maker]]]:
    """Alice at a studio, with credits for a whole day of accidents; no rows and no files but hers."""
    await storage.delete_all("creations/")
    makers: list[Maker] = []

    async def arrive(studio: Studio) -> Maker:
        alice = await account("Alice")
        await credits.bring_in(alice.id, 100_000, "grant", f"grant:{alice.id}:test")
        makers.append(maker := Maker(studio, await key_of(alice.id)))
        return maker

    yield arrive
    for maker in makers:
        await maker.close()

"""A program of Alice's that listens."""

from collections.abc import AsyncIterator

import pytest

from tests.hooks.receiver import Receiver, receiving


@pytest.fixture
async def program(anyio_backend: object) -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver

"""For what has no event: a log, a row, another process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any


async def eventually(
    true: Callable[[], Any | Awaitable[Any]], explain: Callable[[], str] = str, patience: float = 60
) -> Any:
    """What was found to be true, as soon as it is; where it never is, why not."""
    deadline = time.monotonic() + patience
    while True:
        found = true()
        if found := await found if isawaitable(found) else found:
            return found
        assert time.monotonic() < deadline, explain()
        await asyncio.sleep(0.01)

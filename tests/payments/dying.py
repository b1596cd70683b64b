"""A web process that is told one webhook and killed at the so-manieth moment at which it waits. It is loaded once: each
line it reads says at which moment and what it is told, and a process of its own is forked for that.

On asyncio's own loop, which writes at once: what is waited for at that moment was asked, and its answer is not heard.
"""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Coroutine, Generator
from signal import SIGKILL
from typing import Any

import stripe  # noqa: F401 -- large, and loaded before it forks
from litestar import Litestar

from app import db
from app.main import create_app
from tests.people import Browser


class Killed:
    """Awaits something and ends this process, without a word, when it waits for the so-manieth time."""

    def __init__(self, moment: int, doing: Coroutine[Any, Any, Any]) -> None:
        self.moment, self.doing = moment, doing

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Any = self.doing.send
        answer: Any = None
        for waits in itertools.count(1):
            try:
                waiting = step(answer)
            except StopIteration as end:
                return end.value
            if waits == self.moment:
                os.kill(os.getpid(), SIGKILL)
            try:
                step, answer = self.doing.send, (yield waiting)
            except BaseException as error:
                step, answer = self.doing.throw, error
        raise AssertionError


async def hear(web: Litestar, moment: int, body: str, headers: dict[str, str]) -> int:
    async with db.pool(2), Browser(web) as stripe_itself:
        answer = await Killed(moment, stripe_itself.post("/webhooks/stripe", content=body, headers=headers))
    return 0 if answer.status_code == 200 else 1


def main() -> None:
    web = create_app()
    for line in sys.stdin:
        moment, body, headers = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(asyncio.run(hear(web, moment, body, headers)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()

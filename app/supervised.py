"""One process that is kept alive: started, started again when it dies, ended when it is asked to."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from signal import SIGKILL, SIGTERM, Signals
from subprocess import Popen

FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0
# Whoever lived this long died of something new: the next start need not wait.
A_GOOD_LIFE = 30.0

_waiting = ThreadPoolExecutor(max_workers=32, thread_name_prefix="waits-for-a-child")


def say(sentence: str) -> None:
    print(sentence, flush=True)


@dataclass
class Supervised:
    """`spawn` runs in the main thread: children are told when the thread that forked them ends."""

    name: str
    spawn: Callable[[], Popen[bytes]]
    stop_signal: Signals = SIGTERM
    patience: float = 10.0
    is_ready: Callable[[Popen[bytes]], bool] | None = None
    process: Popen[bytes] | None = None
    _ending: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def keep_alive(self) -> None:
        delay = FIRST_DELAY
        while not self._ending.is_set():
            if self.process is None:
                self.process = self.spawn()
            started = time.monotonic()
            code = await self._end_of(self.process)
            if self._ending.is_set():
                return
            if time.monotonic() - started > A_GOOD_LIFE:
                delay = FIRST_DELAY
            say(f"{self.name} {how_it_ended(code)}. Starting it again in {delay:g} s.")
            await self._rest(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            self.process = None if self._ending.is_set() else await self._bring_back()

    async def stop(self) -> None:
        """Ask, wait, insist."""
        self._ending.set()
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            await asyncio.wait_for(self._end_of(self.process), self.patience)
        except TimeoutError:
            say(f"{self.name} did not end within {self.patience:g} s and was killed.")
        self.kill()

    def kill(self) -> None:
        """The process and whatever it has started in its session."""
        self._ending.set()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, SIGKILL)
            self.process.wait()

    @staticmethod
    async def _end_of(process: Popen[bytes]) -> int:
        return await asyncio.get_running_loop().run_in_executor(_waiting, process.wait)

    async def _rest(self, delay: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._ending.wait()

    async def _bring_back(self) -> Popen[bytes]:
        process = self.process = self.spawn()
        while self.is_ready and process.poll() is None:
            if self.is_ready(process):
                say(f"{self.name} is back.")
                break
            await asyncio.sleep(0.02)
        return process


def how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {Signals(-code).name}"
    return f"ended with {code}" if code else "ended by itself"

"""The parent's side: start the child, wait for its verdict, and take whatever becomes of it for an answer."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import IO

import msgspec

from app.decoding.signatures import Kind
from app.decoding.verdict import Facts, Limits, Seen, Wrong

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
WAIT_SECONDS = 60.0
"For a turn, and then again for the child, which has fewer seconds of processor."
LONGEST_VERDICT = 512 * 1024

_turns = asyncio.Semaphore(AT_ONCE)


async def rewrite(kind: Kind, source: IO[bytes], target: IO[bytes], limits: Limits) -> Facts | Wrong:
    """The new file is in `target` when there are facts. A child that crashed or hung makes the file unreadable."""
    verdict = await _in_turn(source, target, "rewrite", kind, str(limits.pixels), str(limits.seconds))
    return Wrong("unreadable") if isinstance(verdict, Seen) else verdict


async def look(source: IO[bytes], ours: bytes) -> Seen | Wrong:
    """Where a file says it comes from; `ours` are the certificates, as PEM, whose signatures are our own."""
    verdict = await _in_turn(source, DEVNULL, "look", ours.decode())
    return Wrong("unreadable") if isinstance(verdict, Facts) else verdict


async def _in_turn(source: IO[bytes], target: IO[bytes] | int, *arguments: str) -> Facts | Seen | Wrong:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await _turns.acquire()
    except TimeoutError:
        return Wrong("busy")
    try:
        return await _ask(source, target, *arguments)
    finally:
        _turns.release()


async def _ask(source: IO[bytes], target: IO[bytes] | int, *arguments: str) -> Facts | Seen | Wrong:
    source.flush()
    source.seek(0)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.decoding", *arguments,
        stdin=source, stdout=target, stderr=PIPE, cwd=ROOT, start_new_session=True, env=_environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            said = await _heard(child)
            await child.wait()
    except TimeoutError:
        return Wrong("too_slow")
    finally:
        await _end(child)
    try:
        return msgspec.json.decode(said, type=Facts | Seen | Wrong)
    except msgspec.DecodeError:
        return Wrong("unreadable")


async def _heard(child: Process) -> bytes:
    said = b""
    while child.stderr and len(said) <= LONGEST_VERDICT and (piece := await child.stderr.read(64 * 1024)):
        said += piece
    return said


async def _end(child: Process) -> None:
    """Its whole group, should it have managed to have one."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _environment() -> dict[str, str]:
    """None of our secrets. One thread is enough for what it counts, and each takes of its little memory."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1"}

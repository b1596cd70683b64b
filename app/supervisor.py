"""`python -m app studio`: everything on one machine, started in order, kept alive, stopped in order."""

import asyncio
import fcntl
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM

import asyncpg

from app import answering, embedded, pending, settings
from app.settings import Settings
from app.supervised import Supervised, say

WEB, WORKER, HOUSEKEEPING = "web", "worker", "housekeeping"
# A worker ends after its present step; what it had not finished is in the database and goes on with the next start.
PATIENCE = {WEB: 10.0, WORKER: 30.0, HOUSEKEEPING: 10.0}

Command = Callable[[str], Sequence[str]]


def our_command(name: str) -> Sequence[str]:
    return [sys.executable, "-m", "app", name]


async def run(command: Command = our_command) -> None:
    """Return after Ctrl-C or SIGTERM, with nothing left running. SystemExit with a sentence when it cannot start."""
    parts: dict[str, Supervised] = {}
    told_to_stop = _listen_for_signals(parts)
    data_dir = settings.load().data_dir
    with _alone_in(data_dir):
        embedded.withdraw(data_dir)
        chosen = settings.load()
        _see_that_the_port_is_free(chosen)
        try:
            env = _start_servers(chosen, parts)
            await _migrate(command, env)
            parts |= {name: _app(name, command, env) for name in PATIENCE}
            await _serve(chosen, parts, told_to_stop)
        finally:
            await _stop_all(parts)
            embedded.withdraw(data_dir)
    say("Stopped.")


async def _serve(chosen: Settings, parts: dict[str, Supervised], told_to_stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:

        async def open_the_studio() -> None:
            await _until_web_answers(chosen)
            say(f"The studio is open: {chosen.base_url}  (Ctrl-C stops it)")
            # Loading a model takes every processor there is: people get their pages first.
            group.create_task(parts[HOUSEKEEPING].keep_alive())
            group.create_task(parts[WORKER].keep_alive())
            say("The worker is loading its model and says when it is ready; what is asked for until then waits.")

        for name, part in parts.items():
            if name not in (WORKER, HOUSEKEEPING):
                group.create_task(part.keep_alive())
        opening = group.create_task(open_the_studio())
        await told_to_stop.wait()
        opening.cancel()
        say("Stopping ...")
        await _stop_all(parts)


async def _stop_all(parts: dict[str, Supervised]) -> None:
    """Those who use a server before the server."""
    apps = [parts[name] for name in PATIENCE if name in parts]
    servers = [part for name, part in parts.items() if name not in PATIENCE]
    for group in (apps[:1], apps[1:], *([server] for server in reversed(servers))):
        await asyncio.gather(*(part.stop() for part in group))


def _start_servers(chosen: Settings, parts: dict[str, Supervised]) -> dict[str, str]:
    """The environment of everything that follows, which then needs no guessing where the servers are."""
    servers: list[embedded.Server] = []
    if not chosen.database_url:
        servers.append(embedded.postgres(chosen.data_dir))
    if not chosen.redis_url:
        servers.append(embedded.valkey(chosen.data_dir))
    for server in servers:
        say(f"Starting {server.name} ...")
        process = embedded.start(server)
        parts[server.name] = Supervised(server.name, server.spawn, server.stop_signal, 30, server.is_ready, process)
        if chosen.backup_url and isinstance(server, embedded.Postgres):
            receiver = embedded.Receiver(server, chosen.received_log.resolve())
            parts[receiver.name] = Supervised(receiver.name, receiver.spawn, receiver.stop_signal)
    embedded.publish(chosen.data_dir, servers)
    return dict(os.environ) | {server.setting.upper(): server.url for server in servers}


def _app(name: str, command: Command, env: dict[str, str]) -> Supervised:
    # Killed at once when the supervisor is: without it nobody would ever stop them, and rows survive anything.
    spawn = partial(embedded.spawn, command(name), last_wish=SIGKILL, env=env)
    return Supervised(name, spawn, SIGTERM, PATIENCE[name])


async def _migrate(command: Command, env: dict[str, str]) -> None:
    """Only when there is something to do: a second start should be quick."""
    try:
        connection = await asyncpg.connect(env["DATABASE_URL"], timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise SystemExit(f"The database does not answer: {error}. See DATABASE_URL in docs/operations.md.") from None
    try:
        if not await pending.migrations(connection):
            return
    finally:
        await connection.close()
    say("Bringing the database up to date ...")
    process = embedded.spawn(command("migrate"), last_wish=SIGKILL, env=env)
    if await asyncio.to_thread(process.wait):
        raise SystemExit("The database could not be brought up to date; the reasons are above.")


async def _until_web_answers(chosen: Settings) -> None:
    while not await asyncio.to_thread(answering.web_answers, chosen):  # noqa: ASYNC110, another process cannot set our event
        await asyncio.sleep(0.1)


def _see_that_the_port_is_free(chosen: Settings) -> None:
    try:
        socket.create_server((chosen.host, chosen.port), family=_family(chosen.host)).close()
    except OSError as error:
        raise SystemExit(
            f"Port {chosen.port} on {chosen.host} cannot be used ({(error.strerror or str(error)).lower()}). "
            f"Stop whatever uses it, or choose another one: make run PORT={chosen.port + 1}"
        ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def _alone_in(data_dir: Path) -> Iterator[None]:
    """Two studios on one folder would start two servers on one database."""
    with open(embedded.run_folder(data_dir) / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"A studio is already running on the folder {data_dir}. Stop it, or choose another DATA_DIR."
            ) from None
        yield


def _listen_for_signals(parts: dict[str, Supervised]) -> asyncio.Event:
    """The first asks everything to end, a second one insists."""
    told_to_stop = asyncio.Event()

    def on_signal() -> None:
        if told_to_stop.is_set():
            for part in parts.values():
                part.kill()
        told_to_stop.set()

    for signal in (SIGINT, SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal, on_signal)
    return told_to_stop

"""PostgreSQL through Piccolo: the engine, the migrations, and nothing else. Piccolo itself reads DB, APP_* here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import asyncpg
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.columns.combination import WhereRaw
from piccolo.conf.apps import AppConfig, AppRegistry
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from app import settings
from app.models import TABLES

MIGRATIONS = Path(__file__).parent.parent / "migrations"

APP_CONFIG = AppConfig(
    app_name="app", migrations_folder_path=str(MIGRATIONS), table_classes=TABLES, migration_dependencies=[]
)
APP_REGISTRY = AppRegistry(apps=["app.db"])

# What it looks like when PostgreSQL is away for a moment.
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
               asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
               asyncpg.TooManyConnectionsError,
               # A connection that was told of the server's end while nobody was using it.
               asyncpg.InternalClientError)  # fmt: skip

# One number that every process of every copy of the studio agrees on.
MIGRATION_LOCK = 7_946_221


@cache
def engine() -> PostgresEngine:
    # Piccolo connects while constructing, so this waits until somebody needs it.
    # An empty extensions tuple: hosted and embedded servers alike may lack contrib modules.
    config = {"dsn": settings.get().database_url, "timeout": 5, "command_timeout": 30}
    return PostgresEngine(config=config, extensions=())


def __getattr__(name: str) -> Any:
    if name == "DB":
        return engine()
    raise AttributeError(name)


class Transaction(PostgresTransaction):
    """Piccolo's, except that it lets go of its connection when the server dies in the middle.

    Its own keeps the connection when beginning, committing or rolling back fails: ten of those, and every request
    after them waits for a free connection for ever.
    """

    __slots__ = ()

    async def __aenter__(self) -> PostgresTransaction:
        self.connection = await self.get_connection()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
        except BaseException:
            await self._let_go()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Literal[False]:
        try:
            await (self.rollback() if error else self.commit())
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._let_go()
        return False

    async def _let_go(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


def transaction() -> Transaction:
    """One verb, one transaction. Nesting raises: a failed inner block of Piccolo would not roll back."""
    return Transaction(engine(), allow_nested=False)


@asynccontextmanager
async def pool(size: int) -> AsyncIterator[None]:
    await engine().start_connection_pool(
        min_size=1, max_size=size, max_inactive_connection_lifetime=60, reset=_nothing_to_reset
    )
    try:
        yield
    finally:
        await engine().close_connection_pool()


async def _nothing_to_reset(connection: object) -> None:
    """asyncpg asks the server to forget settings, locks and cursors after each use: a round trip as dear as a query.
    Nothing here sets any; transactions end before a connection goes back."""


async def migrate() -> None:
    """Bring the schema up to date. Piccolo takes no lock of its own, so two processes would collide."""
    connection = await asyncpg.connect(settings.get().database_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await ForwardsMigrationManager(app_name="app", migration_id="all", fake=False).run()
    finally:
        await connection.close()


async def answers() -> bool:
    try:
        await asyncio.wait_for(engine()._run_in_new_connection("SELECT 1"), 3)  # type: ignore[no-untyped-call]
    except UNREACHABLE:
        return False
    return True


def raw_where(sql: str, *values: Any) -> WhereRaw:
    """A condition that Piccolo has no word for."""
    return WhereRaw(sql, *values)

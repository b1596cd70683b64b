"""How often a route may be asked. Its own bucket is named where it is declared (`@post("/sign-in", limit="sign-in")`);
the API and whatever changes something have one besides."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from app import limits
from app.limits import Spent

SAFE = {"GET", "HEAD", "OPTIONS"}
SIGNED = "/webhooks/"
"Many at once from few addresses; what is not signed costs nothing."
SPENT = "spent"
"Where the answer's headers find it in the scope's state."


class Limited:
    """After it is known who asks, before anything is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        for bucket in _buckets(scope):
            await spend(connection, bucket)
        await self.app(scope, receive, send)


def _buckets(scope: Scope) -> list[str]:
    found = []
    if scope["type"] == ScopeType.HTTP:
        if scope["path"].startswith("/api/"):
            found.append("api")
        elif scope["method"] not in SAFE and not scope["path"].startswith(SIGNED):
            found.append("changes")
    own = scope["route_handler"].opt.get("limit")
    return [*found, own] if own else found


async def spend(connection: ASGIConnection[Any, Any, Any, Any], bucket: str) -> None:
    """For those doors too where only some requests cost: a search, and not the page without one."""
    account = connection.scope.get("user")
    by_account = limits.BUCKETS[bucket].by == "account" and account is not None
    key = str(account.id) if by_account else limits.network(connection.client.host if connection.client else "")
    spent = await limits.spend(bucket, key)
    if spent:
        connection.scope["state"][SPENT] = spent


def headers(scope: Scope) -> dict[str, str]:
    spent = scope.get("state", {}).get(SPENT)
    return spent.headers() if isinstance(spent, Spent) else {}

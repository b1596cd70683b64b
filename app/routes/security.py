"""Who is asking, and whether our own page asked."""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult, DefineMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from app import roles, settings
from app.domain import accounts, keys, sessions, staying, vouched
from app.domain.withheld import Why
from app.errors import N_, NotFound, NotSignedIn, Refused, WeaklySignedIn
from app.models import Account, Session
from app.roles import Power, Role
from app.routes import rules
from app.routes.limited import SAFE, Limited

# Doors where other machines knock: each asks for a proof of its own, and looks at no cookie.
OTHERS_KNOCK = ("/unsubscribe/", "/webhooks/")
# Letters of before lie in mailboxes when a studio moves to Clerk.
AT_CLERK = N_(
    "You sign in here by Clerk now, and look after your password and address there. Older letters of ours are over."
)


def cookie_name() -> str:
    """`__Host-` ties the cookie to this very host, but browsers want it over TLS only."""
    return "__Host-session" if settings.get().secure else "session"


def bearer_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Person(AbstractAuthenticationMiddleware):
    """request.user is the Account or None, request.auth the Session or None. A key is no session."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        account, session = await self._who(connection)
        if account and account.withheld_why == Why.LEAVING:
            return AuthenticationResult(None, None)  # whatever key is still there opens nothing any more
        if account:
            await staying.touch(account)
        return AuthenticationResult(account, session)

    async def _who(self, connection: ASGIConnection[Any, Any, Any, Any]) -> tuple[Account | None, Session | None]:
        if token := bearer_of(connection):
            return await _of_key(connection, token), None
        session, account = await sessions.find(connection.cookies.get(cookie_name(), "")) or (None, None)
        return account, session


async def _of_key(connection: ASGIConnection[Any, Any, Any, Any], token: str) -> Account | None:
    """Keys open the doors that name a scope (`@get("/me", scope="read")`); at all others they are nobody's."""
    scope = connection.scope["route_handler"].opt.get("scope")
    if not scope:
        return None
    key, account = await keys.holder(token)
    if scope not in key.scopes.split():
        raise Refused(keys.NOT_THIS)
    return account


def provider() -> str:
    """By whom people prove who they are; doors that are for one way only say so (`way="local"`)."""
    return vouched.CLERK if settings.get().by_clerk else accounts.LOCAL


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Before every handler. What only staff may is not there for others, and staff prove themselves twice."""
    account: Account | None = connection.scope.get("user")
    power = handler.opt.get("may", "")
    if roles.may(account.role if account else Role.GUEST, power):
        if handler.opt.get("way", provider()) != provider():
            raise NotFound(AT_CLERK) if provider() == vouched.CLERK else NotFound
        session: Session | None = connection.scope.get("auth")
        if power not in roles.PEOPLE and not (session and session.strong):
            raise WeaklySignedIn
        if account and connection.scope.get("method") not in SAFE:
            await rules.did_something(account.id)
        return
    if account is None and power in set(Power):
        raise NotSignedIn
    raise NotFound


class SameOrigin:
    """Unsafe requests must come from our own pages. Browsers say where from in Sec-Fetch-Site, older ones in Origin;
    a bearer token needs no proof, for no browser sends it by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unsafe = scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE
        if unsafe and not scope["path"].startswith(OTHERS_KNOCK) and not _is_ours(_headers(scope)):
            raise Refused(N_("This did not come from our own page. Reload it and try again; what you typed is kept."))
        await self.app(scope, receive, send)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _is_ours(headers: dict[str, str]) -> bool:
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:
        return False
    return bool(origin) and origin in {headers.get("host"), urlsplit(settings.get().base_url).netloc}


# Who asks is known first, so that a refusal is in their language.
MIDDLEWARE: list[Any] = [DefineMiddleware(Person, exclude=["^/static/", "^/health/", "^/metrics"]), SameOrigin, Limited]

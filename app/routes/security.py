"""Who is asking, whether our own page asked, and the headers of every answer."""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult, DefineMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app import settings
from app.domain import accounts
from app.errors import N_, Refused

SAFE = {"GET", "HEAD", "OPTIONS"}


def cookie_name() -> str:
    """`__Host-` ties the cookie to this very host, but browsers want it over TLS only."""
    return "__Host-session" if settings.get().secure else "session"


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else connection.cookies.get(cookie_name(), "")


class Person(AbstractAuthenticationMiddleware):
    """request.user is the Account or None, request.auth the session's id or None."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        found = await accounts.session_of(token_of(connection))
        return AuthenticationResult(user=found[1], auth=found[0]) if found else AuthenticationResult(None, None)


class SameOrigin:
    """Unsafe requests must come from our own pages. Browsers say where from in Sec-Fetch-Site, older ones in Origin;
    a bearer token needs no proof, for no browser sends it by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not _is_ours(_headers(scope)):
            raise Refused(N_("This did not come from our own page. Reload it and try again; what you typed is kept."))
        await self.app(scope, receive, send)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _is_ours(headers: dict[str, str]) -> bool:
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc in {headers.get("host"), urlsplit(settings.get().base_url).netloc}


class Headers:
    """Strict for everything: no inline script or style, no frame, no sniffing, nothing for other sites to hold."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        secure = settings.get().secure
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
            " media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self';"
            " base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
        )
        self.always = {
            "content-security-policy": policy + ("; upgrade-insecure-requests" if secure else ""),
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(self), geolocation=()",
        }
        if secure:
            self.always["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in self.always.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


MIDDLEWARE: list[Any] = [Headers, SameOrigin, DefineMiddleware(Person, exclude=["^/static/", "^/health/", "^/metrics"])]

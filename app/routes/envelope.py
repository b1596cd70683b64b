"""What is around every answer, those to unknown addresses and refusals included: headers, and HEAD as a bare GET."""

from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app import settings
from app.routes import limited

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def policy_with(more: dict[str, str]) -> str:
    """The same policy with sources added to some of its directives, for the answers that need them."""
    parts = [f"{part} {more[name]}" if (name := part.split()[0]) in more else part for part in POLICY.split("; ")]
    return "; ".join(parts) + ("; upgrade-insecure-requests" if settings.get().secure else "")


class Envelope:
    """Outside of routing and of error pages. Strict: no inline script or style, no frame, no sniffing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        secure = settings.get().secure
        self.always = {
            "content-security-policy": policy_with({}),
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(self), geolocation=()",
        }
        if secure:
            self.always["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        bare = scope["method"] == "HEAD"
        ended = False
        # A copy: the server looks at its own to know that no body may follow. A part can only be asked for by GET.
        whole = [each for each in scope["headers"] if each[0] != b"range"]
        asked: Any = {**scope, "method": "GET", "headers": whole} if bare else scope

        async def with_headers(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in (self.always | limited.headers(asked)).items():
                    headers.setdefault(name, value)
            elif bare and message["type"] == "http.response.body":
                if ended:
                    return
                ended = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await self.app(asked, receive, with_headers)

"""Where Clerk's pages and services are: all of them follow from the publishable key."""

from urllib.parse import urlencode

from app import settings

API = "https://api.clerk.com"
HANDSHAKE = "__clerk_handshake"
"The parameter, or the cookie, by which a browser brings its proof along."
DEVELOPER = "__clerk_db_jwt"
"How an instance for development knows a browser again, where cookies of others are not sent."


def api(path: str) -> str:
    return f"{_chosen() or API}/v1/{path}"


def issuer() -> str:
    """Clerk's frontend API, which is whom tokens are from."""
    return _chosen() or f"https://{settings.get().clerk_host}"


def page(name: str, **query: str) -> str:
    """One of the account pages: sign-in, sign-up, user."""
    return f"{_chosen() or f'https://{_portal(settings.get().clerk_host)}'}/{name}?{urlencode(query)}"


def handshake(back: str, developer: str = "") -> str:
    """Where a browser fetches a proof that it is signed in, and is sent back with it."""
    query = {"redirect_url": back, "suffixed_cookies": "false", "__clerk_hs_reason": "session-token-missing"}
    return f"{issuer()}/v1/client/handshake?{urlencode(query | ({DEVELOPER: developer} if developer else {}))}"


def _portal(host: str) -> str:
    """`clerk.example.com` has `accounts.example.com`; `x.clerk.accounts.dev` has `x.accounts.dev`."""
    return f"accounts.{host.removeprefix('clerk.')}" if host.startswith("clerk.") else host.replace(".clerk.", ".", 1)


def _chosen() -> str:
    return settings.get().clerk_api_url.rstrip("/")

"""Every call from here to somebody else: hosts that processors.toml does not name are refused, redirects included."""

import ssl
import tomllib
from functools import cache
from pathlib import Path

import httpx
import msgspec

from app import settings

LIST = Path(__file__).parent.parent / "processors.toml"
PATIENCE = 20.0
# The words of whoever calls by this: nobody else needs the library.
Client = httpx.AsyncClient
Answer = httpx.Response
Unreachable = httpx.HTTPError


class Processor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody outside who is handed something. The texts are by language, and shown on the privacy pages."""

    name: str
    purpose: dict[str, str]
    data: dict[str, str]
    country: dict[str, str]
    safeguard: dict[str, str]
    hosts: tuple[str, ...]
    settings: tuple[str, ...] = ()


class NotOnTheList(Exception):
    """Not httpx's own kind, so that nobody's retrying takes it for a bad connection."""


@cache
def trusted() -> ssl.SSLContext:
    """Read once: the certificates of everybody take longer to read than most calls to be answered."""
    return httpx.create_ssl_context()


class _Guard(httpx.AsyncHTTPTransport):
    """Below redirects and retries: whatever leaves comes through here. A transport of one's own also turns off proxies
    from the environment, which would hide where a call really goes."""

    def __init__(self) -> None:
        super().__init__(verify=trusted())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not allowed(request.url):
            raise NotOnTheList(f"{request.url.scheme}://{request.url.host} is not in {LIST.name}")
        return await super().handle_async_request(request)


def client(timeout: float = PATIENCE) -> httpx.AsyncClient:
    """For one's own use or as an SDK's; close it, or use it in `async with`."""
    return httpx.AsyncClient(transport=_Guard(), timeout=timeout)


def allowed(url: httpx.URL) -> bool:
    """By exact name over TLS, or at the very address that a setting gives."""
    named = url.scheme == "https" and url.port is None and any(_is(url.host, each) for each in _hosts())
    return named or (url.scheme, url.host, url.port) in _chosen(processors())


def belongs(address: str, name: str) -> bool:
    """To this one of the list, and to no other."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    [found] = [each for each in processors() if each.name == name]
    named = url.scheme == "https" and url.port is None and any(_is(url.host, each) for each in found.hosts)
    return named or (url.scheme, url.host, url.port) in _chosen((found,))


@cache
def processors() -> tuple[Processor, ...]:
    found = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return msgspec.convert(found["processor"], tuple[Processor, ...])


def in_use() -> tuple[Processor, ...]:
    """Without those that only a setting brings, and none did: what people are told of."""
    chosen = settings.get()
    return tuple(
        each for each in processors()
        if each.hosts or not each.settings or any(getattr(chosen, name) for name in each.settings)
    )  # fmt: skip


def _is(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


@cache
def _hosts() -> frozenset[str]:
    return frozenset(host for each in processors() for host in each.hosts)


def _chosen(who: tuple[Processor, ...]) -> set[tuple[str, str, int | None]]:
    values = [getattr(settings.get(), name) for each in who for name in each.settings]
    return {(url.scheme, url.host, url.port) for url in map(httpx.URL, filter(None, values))}

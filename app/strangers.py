"""Calls to addresses that people give us themselves. Whatever else leaves goes by app/outbound.py and its closed list.

Such an address may have been written to reach what only this machine can reach. So its name is looked up here, every
address behind it is judged, and the connection goes to exactly the address that was judged: a name that leads elsewhere
a moment later leads nowhere. See decision 47.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Network, ip_address
from socket import SOCK_STREAM

import httpx

from app import outbound, settings
from app.errors import N_, Invalid

PATIENCE = 5.0
"Seconds for all of it: the name, the connection, the answer."
MOST_READ = 64 * 1024
LONGEST = 400
PUBLIC_6, CARRIES_4 = IPv6Network("2000::/3"), IPv6Network("2002::/16")
TROUBLES = {
    "time": N_("No answer within five seconds"),
    "name": N_("Its name leads nowhere"),
    "place": N_("It leads to a place that is not on the public internet"),
    "trust": N_("Its certificate is not trusted"),
    "line": N_("Nobody answered, or the connection broke off"),
}
Find = Callable[[str, int], Awaitable[list[str]]]


class NoAnswer(Exception):
    """With a word of TROUBLES."""


async def find(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer("name") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _Guard(httpx.AsyncHTTPTransport):
    """Puts the address that was judged in the place of the name. The certificate still has to be the name's."""

    def __init__(self, find: Find) -> None:
        super().__init__(verify=outbound.trusted())
        self._find = find

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host, secure = request.url.host, request.url.scheme == "https"
        addresses = await self._find(host, request.url.port or (443 if secure else 80))
        if not addresses or not all(_may_be_called(address, secure) for address in addresses):
            raise NoAnswer("place")
        request.extensions = {**request.extensions, "sni_hostname": host}
        for address in addresses[:-1]:
            request.url = request.url.copy_with(host=address)
            try:
                return await super().handle_async_request(request)
            except httpx.ConnectError:
                continue  # the other kind of address, where this machine has only one
        request.url = request.url.copy_with(host=addresses[-1])
        return await super().handle_async_request(request)


async def post(url: str, body: bytes, headers: dict[str, str], find: Find = find) -> int:
    """The status of the answer, or NoAnswer. No redirect is followed, and no more is read than is polite."""
    client = httpx.AsyncClient(transport=_Guard(find), timeout=PATIENCE, trust_env=False)
    try:
        async with (
            asyncio.timeout(PATIENCE),
            client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            read = 0
            async for piece in answer.aiter_raw():  # as it came: nothing is unpacked
                read += len(piece)
                if read >= MOST_READ:
                    break
            return answer.status_code
    except (TimeoutError, httpx.TimeoutException):
        raise NoAnswer("time") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NoAnswer("trust" if "CERTIFICATE" in str(error) else "line") from None


def check(text: str) -> str:
    """An address as it was typed, or a sentence. Where its name leads is judged whenever it is called."""
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        url = httpx.URL()
    if (
        url.scheme not in _schemes()
        or not url.host.strip(".")
        or "%" in url.host
        or url.userinfo
        or url.fragment
        or len(text) > LONGEST
    ):
        raise Invalid(N_("Give an address that begins with https:// and has no name or password in it."), field="url")
    if _is_number(url.host) and not _may_be_called(url.host, url.scheme == "https"):
        raise Invalid(N_("This address is not on the public internet."), field="url")
    return str(url)


def _schemes() -> set[str]:
    """On a machine that nobody else reaches, one's own programs are called without a certificate."""
    return {"https", "http"} if settings.get().is_local else {"https"}


def _may_be_called(address: str, secure: bool) -> bool:
    found = ip_address(address)
    if found.is_loopback:
        return settings.get().is_local
    if found.version == 6 and (found not in PUBLIC_6 or found in CARRIES_4):
        return False  # whatever carries an address of the older kind inside may lead anywhere
    return secure and found.is_global and not found.is_multicast


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def host_of(url: str) -> str:
    return httpx.URL(url).host

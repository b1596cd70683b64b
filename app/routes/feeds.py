"""For other programs that show links: feed, sitemap, oEmbed, robots. All read only what is public."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from litestar import Response, Router, get

from app import i18n, settings, templating
from app.domain import licensing, showing, switches
from app.errors import N_, DomainError, NotFound
from app.models import Creation, Kind
from app.roles import Power

FEED_ITEMS = 30
PLAYER, CARD = (480, 120), (1200, 630)


class OtherFormat(DomainError):
    status = 501

    def __init__(self) -> None:
        super().__init__(N_("Only JSON is spoken here."))


@get("/feed.xml")
async def feed() -> Response[str]:
    await switches.must_be_on("explore")
    base = settings.get().base_url
    items = (await showing.explore()).items[:FEED_ITEMS]
    updated = items[0]["published_at"] if items else datetime.now(UTC)
    entries = "".join(_entry(item, base) for item in items)
    atom = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>qwenimage.art</title>'
        f"<id>{base}/explore</id><link href={quoteattr(f'{base}/explore')}/>"
        f'<link rel="self" href={quoteattr(f"{base}/feed.xml")}/>'
        f"<updated>{updated.isoformat()}</updated>{entries}</feed>"
    )
    return _xml(atom, "application/atom+xml")


def _entry(item: dict[str, Any], base: str) -> str:
    song = item["kind"] == Kind.SONG
    name, kind = ("listen.mp3", "audio/mpeg") if song else ("full.webp", "image/webp")
    address, file = f"{base}/c/{item['slug']}", f"{base}{templating.media(item, name)}"
    terms = licensing.of(item)
    link = f'<link rel="license" href={quoteattr(terms.address)}/>' if terms.address else ""
    enclosed = "" if song and item["veiled"] else f'<link rel="enclosure" type="{kind}" href={quoteattr(file)}/>'
    return (
        f"<entry><title>{escape(_printable(templating.title(item)))}</title><id>{address}</id>"
        f"<link href={quoteattr(address)}/><updated>{item['published_at'].isoformat()}</updated>"
        f"{enclosed}<rights>{escape(i18n.sentence(terms.name))}</rights>{link}</entry>"
    )


@get("/sitemap.xml")
async def sitemap() -> Response[str]:
    base = settings.get().base_url
    pages = [f"<url><loc>{base}{path}</loc></url>" for path in ("/", "/explore", "/privacy", "/terms", "/verify")]
    pages += [
        f"<url><loc>{base}/c/{item['slug']}</loc><lastmod>{item['changed'].date()}</lastmod></url>"
        for item in await showing.newest_addresses()
    ]
    return _xml(
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(pages)}</urlset>',
        "application/xml",
    )


@get("/oembed")
async def oembed(url: str, format: str = "json", maxwidth: int = 1200, maxheight: int = 1200) -> Response[Any]:
    """oembed.com, version 1.0: a picture is a photo, a song is rich, with a player that needs nothing of ours. What is
    behind a veil is a link: whoever shows it would draw the veil aside for everybody."""
    if format != "json":
        raise OtherFormat
    creation = await showing.get_visible(_slug(url), None)
    maker = await showing.maker_of(creation)
    terms = licensing.of(creation)
    body = {
        "version": "1.0", "title": templating.title(creation), "author_name": maker.name,
        "author_url": f"{settings.get().base_url}/u/{maker.handle}", "provider_name": "qwenimage.art",
        "provider_url": settings.get().base_url, "cache_age": 60,
        "license": i18n.sentence(terms.name), "license_url": terms.address or None,
    }  # fmt: skip
    return Response(body | _shown(creation, maxwidth, maxheight), headers={"Cache-Control": "no-cache"})


def _shown(creation: Creation, maxwidth: int, maxheight: int) -> dict[str, Any]:
    if creation.veiled:
        return {"type": "link"}
    return (_song if creation.kind == Kind.SONG else _photo)(creation, maxwidth, maxheight)


def _photo(creation: Creation, maxwidth: int, maxheight: int) -> dict[str, Any]:
    scale = min(1.0, max(1, maxwidth) / creation.width, max(1, maxheight) / creation.height)
    return {
        "type": "photo", "url": settings.get().base_url + templating.media(creation, "full.webp"),
        "width": max(1, round(creation.width * scale)), "height": max(1, round(creation.height * scale)),
    }  # fmt: skip


def _song(creation: Creation, maxwidth: int, maxheight: int) -> dict[str, Any]:
    base = settings.get().base_url
    sound, address = base + templating.media(creation, "listen.mp3"), f"{base}/c/{creation.slug}"
    title = escape(templating.title(creation))
    return {
        "type": "rich", "width": min(max(1, maxwidth), PLAYER[0]), "height": min(max(1, maxheight), PLAYER[1]),
        "html": f'<p><a href="{address}">{title}</a></p><audio controls preload="none" src="{sound}"></audio>',
        "thumbnail_url": base + templating.media(creation, "card.jpg"), "thumbnail_width": CARD[0],
        "thumbnail_height": CARD[1],
    }  # fmt: skip


def _slug(url: str) -> str:
    try:
        asked = urlsplit(url)
    except ValueError:
        raise NotFound from None
    if asked.netloc != urlsplit(settings.get().base_url).netloc or not asked.path.startswith("/c/"):
        raise NotFound
    return asked.path.removeprefix("/c/")


@get("/robots.txt")
async def robots() -> Response[str]:
    closed = "".join(f"Disallow: {path}\n" for path in ("/api/", "/create", "/library", "/account", "/g/", "/s/"))
    return Response(f"User-agent: *\n{closed}Sitemap: {settings.get().base_url}/sitemap.xml\n", media_type="text/plain")


def _printable(text: str) -> str:
    """XML 1.0 has no place for control characters, escaped or not."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t ")


def _xml(text: str, media_type: str) -> Response[str]:
    return Response(text, media_type=media_type, headers={"Cache-Control": "no-cache"})


router = Router("", opt={"may": Power.LOOK}, include_in_schema=False, route_handlers=[feed, sitemap, oembed, robots])

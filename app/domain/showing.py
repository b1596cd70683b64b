"""What others may see: Explore, a creation's page, its bytes, a share link. Strangers read only public_creation."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app import db
from app.domain import veiling
from app.domain.paging import Page, after, page_of
from app.domain.withheld import is_withheld
from app.errors import NotFound
from app.models import Account, Creation, Kind, Like, ShareLink

PAGE = 48
# Everything a public page needs; hidden words are left out where they are read and not where they are shown.
COLUMNS = (
    "id, owner, kind, slug, media_key, veiled, show_prompt, CASE WHEN veiled THEN '' ELSE title END AS title,"
    " CASE WHEN show_prompt AND NOT veiled THEN prompt ELSE '' END AS prompt,"
    " width, height, seconds, gain, color, likes, version, published_at, created_at, visibility, model, remix,"
    " licence"
)


class Bytes(msgspec.Struct, frozen=True):
    """Where a creation's bytes are and who may keep them."""

    creation_id: UUID
    public: bool
    veiled: bool = False


# Whose pieces somebody asked to see, and whose they seem to like. Their own they find in the library.
CHOSEN = {
    "following": "owner IN (SELECT maker FROM follow WHERE account = {})",
    "you": (
        "owner <> {} AND owner IN (SELECT maker FROM follow WHERE account = {} UNION SELECT c.owner FROM creation c"
        " JOIN creation_like l ON l.creation = c.id WHERE l.account = {})"
    ),
}


async def explore(
    sort: str = "new", q: str = "", cursor: str = "", maker: UUID | None = None, kind: str = "",
    viewer: UUID | None = None,
) -> Page:  # fmt: skip
    """Public items, newest or most liked first, a keyset page at a time; some orders are a viewer's own."""
    liked = sort == "liked"
    order, key = ("likes", int) if liked else ("published_at", datetime)
    conditions, values = ["true"], list[Any]()
    if q.strip():
        conditions.append("public_words @@ websearch_to_tsquery('simple', {})")
        values.append(q[:200])
    if kind in set(Kind):
        conditions.append("kind = {}")
        values.append(str(kind))
    if viewer and sort in CHOSEN:
        conditions.append(CHOSEN[sort])
        values += [viewer] * CHOSEN[sort].count("{}")
    if maker:
        conditions.append("owner = {}")
        values.append(maker)
    if cursor:
        conditions.append(f"({order}, id) < ({{}}, {{}})")
        values.extend(after(cursor, key))
    rows = await Creation.raw(
        f"SELECT {COLUMNS} FROM public_creation WHERE {' AND '.join(conditions)}"  # noqa: S608 - fixed words only
        f" ORDER BY {order} DESC, id DESC LIMIT {PAGE + 1}",
        *values,
    )
    return page_of(rows, PAGE, lambda last: last[order])


async def get_visible(slug: str, viewer_id: UUID | None, clear: bool = False) -> Creation:
    """By its address, for its maker or for anybody if it is public: behind its veil, unless they pressed."""
    creation = await Creation.objects().get(Creation.slug == slug).output(load_json=True)
    if creation is None or creation.deleted_at is not None:
        raise NotFound
    if creation.owner == viewer_id:
        return creation
    if not await _is_public(creation.id):
        raise NotFound
    return _seen(creation, clear)


def _seen(creation: Creation, clear: bool) -> Creation:
    return veiling.pressed(creation) if clear else veiling.behind(creation)


async def _is_public(creation_id: UUID) -> bool:
    return bool(await Creation.raw("SELECT 1 FROM public_creation WHERE id = {}", creation_id))


async def get_shared(link_token: str, clear: bool = False) -> tuple[Creation, ShareLink]:
    """By a share link that is neither revoked nor expired; counts the view."""
    rows = await ShareLink.raw(
        "UPDATE share_link SET views = views + 1 WHERE token = {} AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > now()) RETURNING id",
        link_token,
    )
    if not rows:
        raise NotFound
    link: Any = await ShareLink.objects().get(ShareLink.id == rows[0]["id"])
    creation = await Creation.objects().get(Creation.id == link.creation).output(load_json=True)
    if creation is None or creation.deleted_at is not None or await is_withheld(creation.owner):
        raise NotFound
    creation.media_key = link.media_key  # the link's own way to the bytes: it dies with the link
    return _seen(creation, clear), link


async def get_bytes(media_key: str, viewer_id: UUID | None) -> Bytes:
    """Asked on every read. A key is the creation's own, dead once it is made private, or a live share link's."""
    clear, media_key = media_key.endswith(veiling.CLEAR), media_key.removesuffix(veiling.CLEAR)
    rows = await Creation.raw(
        "SELECT id, owner, veiled, EXISTS (SELECT 1 FROM public_creation p WHERE p.id = c.id) AS public"
        " FROM creation c WHERE media_key = {} AND deleted_at IS NULL AND held <> 'block'",
        media_key,
    )
    if rows:
        veiled = rows[0]["veiled"] and not clear
        if rows[0]["owner"] == viewer_id:
            # What its maker alone sees without a veil is not for a cache that others share.
            return Bytes(rows[0]["id"], rows[0]["public"] and not veiled)
        if rows[0]["public"]:
            return Bytes(rows[0]["id"], True, veiled)
        raise NotFound
    rows = await ShareLink.raw(
        "SELECT c.id, c.veiled FROM share_link l JOIN creation c ON c.id = l.creation WHERE l.media_key = {}"
        " AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now()) AND c.deleted_at IS NULL"
        " AND c.owner NOT IN (SELECT id FROM withheld_account)",
        media_key,
    )
    if not rows:
        raise NotFound
    return Bytes(rows[0]["id"], False, rows[0]["veiled"] and not clear)


async def like(slug: str, viewer_id: UUID, liked: bool) -> Creation:
    """Say it or take it back; saying it twice counts once."""
    creation = await get_visible(slug, viewer_id)
    async with db.transaction():
        # Locked first: two people liking at once must both be counted.
        await Creation.raw("SELECT 1 FROM creation WHERE id = {} FOR UPDATE", creation.id)
        if liked:
            await Like.raw(
                "INSERT INTO creation_like (id, creation, account) VALUES (gen_random_uuid(), {}, {})"
                " ON CONFLICT DO NOTHING",
                creation.id, viewer_id,
            )  # fmt: skip
        else:
            await Like.delete().where(Like.creation == creation.id, Like.account == viewer_id)
        await Creation.raw(
            "UPDATE creation SET likes = (SELECT count(*) FROM creation_like WHERE creation = {}),"
            " version = version + 1 WHERE id = {}",
            creation.id, creation.id,
        )  # fmt: skip
    return await get_visible(slug, viewer_id)


async def likes_it(creation_id: UUID, viewer_id: UUID | None) -> bool:
    return viewer_id is not None and await Like.exists().where(Like.creation == creation_id, Like.account == viewer_id)


async def picture_of(maker: Account) -> str:
    """The media key of the piece that stands for a maker: none as soon as it is not public any more."""
    rows = await Creation.raw(
        "SELECT media_key FROM public_creation WHERE id = {} AND owner = {} AND NOT veiled", maker.picture, maker.id
    )  # fmt: skip
    return str(rows[0]["media_key"]) if rows else ""


async def maker_of(creation: Creation) -> Account:
    maker = await Account.objects().get(Account.id == creation.owner)
    if maker is None:
        raise NotFound
    return maker


async def newest_addresses(limit: int = 50_000) -> list[dict[str, Any]]:
    """For the sitemap."""
    return await Creation.raw(
        "SELECT slug, greatest(published_at, created_at) AS changed FROM public_creation"
        " ORDER BY published_at DESC, id DESC LIMIT {}",
        limit,
    )

"""A maker's own creations: find, name, show, hide, share, delete, bring back. Not yours is NotFound."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import db, settings, storage
from app.domain import asking, audit, licensing, orphans, publishing, releases, setting_aside
from app.domain.paging import Page, after, page_of
from app.domain.words import line
from app.errors import N_, Conflict, Invalid, NoRoom, NotFound
from app.models import Creation, Kind, ShareLink, Visibility
from app.models.ids import token
from app.realtime import bus
from app.realtime.events import CreationChanged, CreationWithdrawn

TITLE_LENGTH = 120
PAGE = 24
COVER_FILES = ("full.webp", "thumb.webp", "card.jpg")
HELD = N_("The studio has hidden this one. The notice about it says why, and how to ask for another look.")


async def get_own(creation_id: UUID, owner_id: UUID, deleted: bool = False) -> Creation:
    creation = await (
        Creation.objects().get((Creation.id == creation_id) & (Creation.owner == owner_id)).output(load_json=True)
    )  # fmt: skip
    if creation is None or (creation.deleted_at is not None) != deleted:
        raise NotFound
    return creation


async def list_own(owner_id: UUID, q: str = "", visibility: str = "", cursor: str = "", kind: str = "") -> Page:
    """Newest first; a cursor is the last item's place, so that depth costs nothing."""
    query = Creation.objects().where(Creation.owner == owner_id, Creation.deleted_at.is_null())
    if visibility in set(Visibility):
        query = query.where(Creation.visibility == visibility)
    if kind in set(Kind):
        query = query.where(Creation.kind == kind)
    if q.strip():
        query = query.where(db.raw_where("own_words @@ websearch_to_tsquery('simple', {})", q[:200]))
    if cursor:
        query = query.where(db.raw_where("(created_at, id) < ({}, {})", *after(cursor)))
    rows = await (
        query.order_by(Creation.created_at, Creation.id, ascending=False).limit(PAGE + 1).output(load_json=True)
    )  # fmt: skip
    return page_of(rows, PAGE, lambda last: last.created_at)


async def list_deleted(owner_id: UUID) -> list[Creation]:
    return await (
        Creation.objects().where(Creation.owner == owner_id, Creation.deleted_at.is_not_null())
        .order_by(Creation.deleted_at, ascending=False).limit(200).output(load_json=True)
    )  # fmt: skip


async def set_visibility(creation_ids: list[UUID], owner_id: UUID, visibility: str) -> list[Creation]:
    """All or none. Made private: a new way to the bytes, every share link revoked, open pages let go at once."""
    publishing.check(visibility)
    await publishing.must_be_open(visibility)
    judged = await _judge(creation_ids, owner_id) if visibility == Visibility.PUBLIC else {}
    wanted = sorted(set(creation_ids))
    async with db.transaction():
        rows = await Creation.raw(
            "SELECT id, title, visibility, held FROM creation WHERE id = ANY({}) AND owner = {} AND deleted_at IS NULL"
            " ORDER BY id FOR UPDATE",
            wanted, owner_id,
        )  # fmt: skip
        if not wanted or len(rows) != len(wanted):
            raise NotFound
        if visibility == Visibility.PUBLIC and any(row["held"] for row in rows):
            raise Conflict(HELD)
        changed = [row["id"] for row in rows if row["visibility"] != visibility]
        if visibility == Visibility.PUBLIC and any(
            row["id"] in changed and judged.get(row["id"]) != row["title"] for row in rows
        ):
            raise Conflict(setting_aside.CHANGED)
        uncovered = await releases.uncover(changed) if visibility == Visibility.PRIVATE else []
        for creation_id in changed:
            await write_visibility(creation_id, visibility)
            await audit.note(owner_id, "creation.visibility", str(creation_id), to=visibility)
    for creation_id in changed:
        await announce(creation_id, owner_id, withdrawn=visibility == Visibility.PRIVATE)
    await take_covers_away(uncovered)
    return [await get_own(creation_id, owner_id) for creation_id in wanted]


async def _judge(creation_ids: list[UUID], owner_id: UUID) -> dict[UUID, str]:
    """What a person has to look at first stays private, and so does everything that was to be shown with it.

    The title of each, as it was judged.
    """
    found = await (
        Creation.objects().where(Creation.id.is_in(sorted(set(creation_ids))), Creation.owner == owner_id)
        .where(Creation.deleted_at.is_null(), Creation.held == "", Creation.visibility == Visibility.PRIVATE.value)
        .output(load_json=True)
    )  # fmt: skip
    said = await _ask(found)
    async with db.transaction():
        waits = [
            await setting_aside.judge_words(each, each.params, said.get(each.id, asking.NOTHING)) for each in found
        ]
    if any(waits):
        raise Conflict(setting_aside.WAITS)
    return {each.id: each.title for each in found}


async def _ask(found: list[Creation]) -> dict[UUID, asking.Said]:
    """What a person let pass, nobody is asked about. Whoever stands before it tries again where nobody answers."""
    if not asking.asks():
        return {}
    unread = [each for each in found if not await setting_aside.was_let_pass(each.id)]
    said = await asking.about([asking.Piece(each.id, each.kind, each.params, each.title) for each in unread])
    if any(each.waits for each in said.values()):
        raise NoRoom(asking.LATER)
    return said


async def write_visibility(creation_id: UUID, visibility: str) -> None:
    """Inside a transaction."""
    values: dict[Any, Any] = {
        Creation.visibility: str(visibility),
        Creation.version: Creation.version + 1,
        Creation.published_at: datetime.now(UTC) if visibility == Visibility.PUBLIC else None,
    }
    if visibility == Visibility.PRIVATE:
        values[Creation.media_key] = token()
        await _revoke_links(creation_id)
    await Creation.update(values).where(Creation.id == creation_id)


async def hide(creation_id: UUID) -> list[UUID]:
    """Inside a transaction. The songs that had it for a cover."""
    await write_visibility(creation_id, Visibility.PRIVATE.value)
    return await releases.uncover([creation_id])


async def describe(
    creation_id: UUID, owner_id: UUID, title: str, show_prompt: bool, remix: bool | None = None,
    licence: str | None = None,
) -> Creation:  # fmt: skip
    """What others are told of it, and what they may do with it; None leaves that as it is."""
    if licence is not None:
        licensing.check(licence)
    title = line(title, "title", TITLE_LENGTH)
    said = await setting_aside.ask_about_title(await get_own(creation_id, owner_id), title)
    async with db.transaction():
        await Creation.raw("SELECT 1 FROM creation WHERE id = {} FOR UPDATE", creation_id)
        creation = await get_own(creation_id, owner_id)
        waits = await setting_aside.judge_title(creation, title, said)
        uncovered = await hide(creation_id) if waits else []
        await Creation.update({
            Creation.title: title, Creation.show_prompt: show_prompt, Creation.version: Creation.version + 1,
            **({} if remix is None else {Creation.remix: remix}),
            **({} if licence is None else {Creation.licence: licence}),
        }).where(Creation.id == creation_id)  # fmt: skip
        await releases.renamed(creation_id)
    await announce(creation_id, owner_id, withdrawn=waits)
    await take_covers_away(uncovered)
    return await get_own(creation_id, owner_id)


async def delete(creation_id: UUID, owner_id: UUID) -> None:
    """Gone from everywhere at once; undo brings it back until the sweep erases it."""
    async with db.transaction():
        rows = await (
            Creation.update({
                Creation.deleted_at: datetime.now(UTC), Creation.media_key: token(),
                Creation.version: Creation.version + 1,
            })
            .where(Creation.id == creation_id, Creation.owner == owner_id, Creation.deleted_at.is_null())
            .returning(Creation.id)
        )  # fmt: skip
        if not rows:
            raise NotFound
        await _revoke_links(creation_id)
        await audit.note(owner_id, "creation.delete", str(creation_id))
        uncovered = await releases.uncover([creation_id])
    await announce(creation_id, owner_id, withdrawn=True)
    await take_covers_away(uncovered)


async def restore(creation_id: UUID, owner_id: UUID) -> Creation:
    """Back as it was, public or private; its share links stay revoked."""
    async with db.transaction():
        rows = await (
            Creation.update({Creation.deleted_at: None, Creation.version: Creation.version + 1})
            .where(Creation.id == creation_id, Creation.owner == owner_id, Creation.deleted_at.is_not_null())
            .returning(Creation.id)
        )
        if not rows:
            raise NotFound
        await audit.note(owner_id, "creation.restore", str(creation_id))
    await announce(creation_id, owner_id, withdrawn=False)
    return await get_own(creation_id, owner_id)


async def share(creation_id: UUID, owner_id: UUID, days: int) -> ShareLink:
    """A new way in for whoever holds it; days 0 means until revoked."""
    if days not in {0, 7, 30}:
        raise Invalid(N_("This is not one of the choices."), field="days")
    if (await get_own(creation_id, owner_id)).held:
        raise Conflict(HELD)
    now = datetime.now(UTC)
    link = ShareLink(creation=creation_id, created_at=now, expires_at=now + timedelta(days=days) if days else None)
    async with db.transaction():
        await ShareLink.insert(link)
        await audit.note(owner_id, "creation.share", str(creation_id))
    return link


async def links_of(creation_id: UUID, owner_id: UUID) -> list[ShareLink]:
    await get_own(creation_id, owner_id)
    return await (
        ShareLink.objects().where(ShareLink.creation == creation_id, ShareLink.revoked_at.is_null())
        .order_by(ShareLink.created_at, ascending=False)
    )  # fmt: skip


async def revoke(link_id: UUID, owner_id: UUID) -> Creation:
    link = await ShareLink.objects().get(ShareLink.id == link_id)
    if link is None:
        raise NotFound
    creation = await get_own(link.creation, owner_id)
    await ShareLink.update({ShareLink.revoked_at: datetime.now(UTC)}).where(ShareLink.id == link_id)
    await announce(creation.id, owner_id, withdrawn=creation.visibility == Visibility.PRIVATE)
    return creation


async def erase_deleted() -> int:
    """The sweep after the days of undo: the row first, then the bytes. Returns how many."""
    limit = datetime.now(UTC) - timedelta(days=settings.get().undo_days)
    rows = await Creation.delete().where(Creation.deleted_at < limit).returning(Creation.id)
    for row in rows:
        await storage.delete_all(folder(row["id"]))
    return len(rows)


async def erase_orphans() -> int:
    return await orphans.erase("creations", Creation)


async def take_covers_away(song_ids: list[UUID]) -> None:
    """At once: a hidden picture is seen nowhere, while housekeeping gives its songs the studio's own cover again."""
    for song_id in song_ids:
        await storage.delete([f"{folder(song_id)}/{name}" for name in COVER_FILES])


def folder(creation_id: UUID) -> str:
    return f"creations/{creation_id}"


async def _revoke_links(creation_id: UUID) -> None:
    await (
        ShareLink.update({ShareLink.revoked_at: datetime.now(UTC)})
        .where(ShareLink.creation == creation_id, ShareLink.revoked_at.is_null())
    )  # fmt: skip


async def announce(creation_id: UUID, owner_id: UUID, *, withdrawn: bool) -> None:
    await bus.publish(bus.account_topic(owner_id), CreationChanged(creation_id))
    if withdrawn:  # appearing can wait for a reload; disappearing cannot
        await bus.publish(bus.EXPLORE, CreationWithdrawn(creation_id))

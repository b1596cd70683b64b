"""A song joined with a picture for its cover, and words put into files, for whoever wants that of a piece of theirs.

A cover is a public picture of the maker's own. Once it is private or deleted, the song has the cover that the studio
drew again. Housekeeping writes the files (app/workers/dressing.py); here is what is wanted.
"""

from typing import Any
from uuid import UUID

from app import db
from app.errors import N_, Invalid, NotFound
from app.models import Creation, Kind, Release, ShareLink, Visibility
from app.models.ids import token, uuid7
from app.realtime import bus
from app.realtime.events import CreationChanged

OFFERED = 12


async def covers(owner_id: UUID) -> list[Creation]:
    """The newest of one's own public pictures, to choose from."""
    return await (
        Creation.objects().where(_cover_of(owner_id)).order_by(Creation.created_at, ascending=False).limit(OFFERED)
        .output(load_json=True)
    )  # fmt: skip


async def wanted(creation_id: UUID) -> Release | None:
    return await Release.objects().get(Release.creation == creation_id)


def waits(release: Release | None) -> bool:
    return release is not None and release.done_at != release.asked_at


async def ask(creation_id: UUID, owner_id: UUID, words: bool, cover: UUID | None) -> None:
    """Its files are written anew soon: with or without words, under this cover or the studio's own."""
    creation = await Creation.objects().get(
        (Creation.id == creation_id) & (Creation.owner == owner_id) & Creation.deleted_at.is_null()
    )
    if creation is None:
        raise NotFound
    allowed = _cover_of(owner_id) & (Creation.id == cover)
    if cover and (creation.kind != Kind.SONG or not await Creation.exists().where(allowed)):
        raise Invalid(N_("Choose a public picture of yours."), field="cover")
    await Release.raw(
        "INSERT INTO release (id, creation, cover, words, asked_at) VALUES ({}, {}, {}, {}, clock_timestamp())"
        " ON CONFLICT (creation) DO UPDATE SET cover = excluded.cover, words = excluded.words,"
        " asked_at = excluded.asked_at",
        uuid7(), creation_id, cover, words,
    )  # fmt: skip


async def anew(creation_id: UUID) -> None:
    """Call inside a transaction: its files are written again as they were wanted, and with what belongs to them now."""
    await Release.raw(
        "INSERT INTO release (id, creation, asked_at) VALUES ({}, {}, clock_timestamp())"
        " ON CONFLICT (creation) DO UPDATE SET asked_at = excluded.asked_at",
        uuid7(), creation_id,
    )  # fmt: skip


async def renamed(creation_id: UUID) -> None:
    """Call when a title changed: words that are in its files are to be the new ones."""
    await Release.raw("UPDATE release SET asked_at = clock_timestamp() WHERE creation = {} AND words", creation_id)


async def uncover(picture_ids: list[UUID]) -> list[UUID]:
    """Call inside the transaction that hides pictures. The songs that had them for a cover, which is now to go."""
    rows = await Release.raw(
        "UPDATE release SET cover = NULL, asked_at = clock_timestamp() WHERE cover = ANY({}) RETURNING creation",
        picture_ids,
    )  # fmt: skip
    return [row["creation"] for row in rows]


async def waiting(limit: int = 10) -> list[Release]:
    return await (
        Release.objects().where(db.raw_where("done_at IS DISTINCT FROM asked_at")).order_by(Release.asked_at)
        .limit(limit)
    )  # fmt: skip


async def done(release: Release, owner_id: UUID, figures: dict[Any, Any]) -> None:
    """New bytes have new addresses: what a cache or a half-finished download has is of the old ones."""
    async with db.transaction():
        await Release.update({Release.done_at: release.asked_at}).where(Release.id == release.id)
        changes: dict[Any, Any] = {Creation.media_key: token(), Creation.version: Creation.version + 1}
        await Creation.update(changes | figures).where(Creation.id == release.creation)
        for link in await ShareLink.select(ShareLink.id).where(ShareLink.creation == release.creation):
            await ShareLink.update({ShareLink.media_key: token()}).where(ShareLink.id == link["id"])
    await bus.publish(bus.account_topic(owner_id), CreationChanged(release.creation))


async def drop(release: Release) -> None:
    """Its piece has no files any more."""
    await Release.delete().where(Release.id == release.id)


def _cover_of(owner_id: UUID) -> Any:
    return (
        (Creation.owner == owner_id) & (Creation.kind == Kind.IMAGE.value) & Creation.deleted_at.is_null()
        & (Creation.visibility == Visibility.PUBLIC.value) & (Creation.veiled == False)  # noqa: E712 - a column
    )  # fmt: skip

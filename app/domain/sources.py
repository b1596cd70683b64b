"""What may be made from: one's own uploads, one's own creations, and what others let be used while it is public."""

from typing import Any
from uuid import UUID

from app.domain import library, showing, uploads
from app.domain.words import one_line
from app.errors import N_, NotFound
from app.models import Creation, Kind, Lineage, SourceKind, Upload
from app.params import Source, refs

FIELDS = {Kind.IMAGE.value: ("image", "mask_image"), Kind.SONG.value: ("src_audio", "reference_audio")}
UPLOADED = {Kind.IMAGE.value: SourceKind.IMAGE.value, Kind.SONG.value: SourceKind.SOUND.value}
ORIGINALS = {Kind.IMAGE.value: "original.png", Kind.SONG.value: "original.flac"}
GONE = N_("What it was to be made from is not there any more.")
OFFERED, NAMED = 12, 60


async def find(viewer_id: UUID, kind: str, asked: dict[str, Any]) -> dict[str, Source]:
    """All that a form names, by its name there. One that may not be used is NotFound, whyever."""
    return {
        ref: await get(viewer_id, kind, ref, field)
        for field in FIELDS.get(kind, ())
        for ref in refs(asked.get(field))
    }  # fmt: skip


async def get(viewer_id: UUID, kind: str, ref: str, field: str | None = None) -> Source:
    where, _, id_text = ref.partition(":")
    try:
        if where == "upload":
            return of_upload(await uploads.get_own(UUID(id_text), viewer_id, UPLOADED[kind]))
        if where == "creation":
            creation = await _usable(UUID(id_text), viewer_id, kind)
            return of_creation(creation, creation.owner == viewer_id)
    except (ValueError, NotFound):
        pass
    raise NotFound(GONE, field=field)


async def offered(owner_id: UUID, kind: str) -> list[Source]:
    """The newest of one's own, brought or made, to choose from."""
    brought = [of_upload(each) for each in (await uploads.list_own(owner_id, UPLOADED[kind]))[:OFFERED]]
    made = (await library.list_own(owner_id, kind=kind)).items[:OFFERED]
    return [*brought, *(of_creation(each) for each in made)]


async def signers(params: dict[str, Any]) -> list[str] | None:
    """Who had signed the uploads that something was made from; None where it was made from nothing."""
    named = [ref for fields in FIELDS.values() for field in fields for ref in refs(params.get(field))]
    ids = [UUID(ref.removeprefix("upload:")) for ref in named if ref.startswith("upload:")]
    rows = await Upload.raw("SELECT DISTINCT signer FROM upload WHERE id = ANY({}) AND signer <> ''", ids)
    return sorted(row["signer"] for row in rows) if named else None


def of_upload(upload: Any) -> Source:
    return Source(
        ref=f"upload:{upload.id}", key=uploads.key(upload), width=upload.width, height=upload.height,
        seconds=round(upload.seconds, 3),
    )  # fmt: skip


def of_creation(creation: Any, own: bool = True) -> Source:
    words = one_line(creation.prompt)[:NAMED] if own or creation.show_prompt else ""
    return Source(
        ref=f"creation:{creation.id}", key=f"{library.folder(creation.id)}/{ORIGINALS[creation.kind]}",
        media_key=creation.media_key, title=creation.title or words, width=creation.width, height=creation.height,
        seconds=round(creation.seconds, 3),
    )  # fmt: skip


async def _usable(creation_id: UUID, viewer_id: UUID, kind: str) -> Creation:
    creation = await Creation.objects().get(Creation.id == creation_id)
    if (
        creation is None
        or creation.kind != kind
        or not (creation.owner == viewer_id or (creation.remix and not creation.veiled))
    ):
        raise NotFound
    return await showing.get_visible(creation.slug, viewer_id)


async def keep_lineage(child_id: UUID, params: dict[str, Any]) -> None:
    """Call inside the transaction that keeps the child. A parent gone meanwhile leaves a line without a name."""
    named = [ref for fields in FIELDS.values() for field in fields for ref in refs(params.get(field))]
    parents = [ref.removeprefix("creation:") for ref in named if ref.startswith("creation:")]
    for position, parent in enumerate(parents):
        await Lineage.raw(
            "INSERT INTO lineage (id, child, parent, position) VALUES (gen_random_uuid(), {},"
            " (SELECT id FROM creation WHERE id = {} FOR KEY SHARE), {})",
            child_id, UUID(parent), position,
        )  # fmt: skip


async def parents_of(child_id: UUID, viewer_id: UUID | None) -> list[dict[str, Any] | None]:
    """What it was made from, as far as this person may see it: None for what is not public, or not any more."""
    rows = await Lineage.raw(
        "SELECT p.slug, p.kind, p.owner, a.name AS maker, a.handle, p.show_prompt, p.veiled,"
        " CASE WHEN p.veiled AND p.owner IS DISTINCT FROM {} THEN '' ELSE p.title END AS title,"
        " CASE WHEN p.show_prompt AND NOT p.veiled OR p.owner = {} THEN p.prompt ELSE '' END AS prompt"
        " FROM lineage l LEFT JOIN creation p ON p.id = l.parent AND p.deleted_at IS NULL"
        " AND (p.owner = {} OR p.id IN (SELECT id FROM public_creation)) LEFT JOIN account a ON a.id = p.owner"
        " WHERE l.child = {} ORDER BY l.position, l.id",
        viewer_id, viewer_id, viewer_id, child_id,
    )  # fmt: skip
    return [row if row["slug"] else None for row in rows]

"""An archive in words that others know: a letter for people, ActivityStreams and schema.org for programs."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from app import i18n, outbound, settings
from app.domain import licensing, processing
from app.domain.words import one_line
from app.errors import N_
from app.models import Account, Creation, Kind

AS = "https://www.w3.org/ns/activitystreams"
KINDS = {Kind.IMAGE: ("Image", "ImageObject", "original.png"), Kind.SONG: ("Audio", "MusicRecording", "original.flac")}


def readme(language: str) -> str:
    """What article 15 wants said beside the data itself."""
    with i18n.speaking(language):
        return "\n".join(_letter(language))


def _letter(language: str) -> list[str]:
    _ = i18n._
    lines = [
        _(N_("Your data, as qwenimage.art holds it")), "",
        _(N_("data/ is what you brought and made: another studio can read it. record/ is what is known about you.")),
        _(N_("media/ holds the files, csv/ the same rows for spreadsheets, schema/ says what each column is.")),
        _(N_("manifest.json names every file with its SHA-256.")), "",
        _(N_("What for, on what ground, how long")), "",
    ]  # fmt: skip
    for each in processing.record():
        lines.append(f"- {_(each.title)}: {', '.join(map(_, each.purposes))} ({', '.join(map(_, each.bases))}). "
                     + " ".join(each.kept[language]))  # fmt: skip
    lines += ["", _(N_("Who else may be handed something")), ""]
    for one in outbound.in_use():
        lines.append(f"- {one.name}: {one.purpose[language]} ({one.country[language]}; {one.safeguard[language]})")
    lines += ["", _(N_("You may correct, restrict, object, withdraw, take elsewhere and erase at")),
              f"{settings.get().base_url}/privacy/center",
              _(N_("and complain to the authority for data protection where you live.")), ""]  # fmt: skip
    return lines


async def outbox(account_id: UUID) -> AsyncIterator[bytes]:
    """ActivityStreams 2.0: an ordered collection, one Create for each piece."""
    actor = await _actor(account_id)
    total = await Creation.count().where(Creation.owner == account_id, Creation.deleted_at.is_null())
    opening = {"@context": AS, "type": "OrderedCollection", "id": f"{actor}/outbox", "totalItems": total}
    yield msgspec.json.encode(opening)[:-1] + b',"orderedItems":['
    comma = b"\n"
    async for each in _works(account_id):
        activity = {
            "type": "Create", "actor": actor, "published": each.published_at or each.created_at,
            "object": _object(each, actor),
        }  # fmt: skip
        yield comma + msgspec.json.encode(activity)
        comma = b",\n"
    yield b"\n]}\n"


def _object(each: Creation, actor: str) -> dict[str, Any]:
    kind, _, file = KINDS[Kind(each.kind)]
    made = {
        "type": kind, "id": _address(each), "attributedTo": actor, "name": _name(each), "content": each.prompt,
        "url": f"media/creations/{each.id}/{file}", "width": each.width, "height": each.height,
    }  # fmt: skip
    return made | ({"to": [f"{AS}#Public"]} if each.published_at else {})


async def works(account_id: UUID) -> AsyncIterator[bytes]:
    """schema.org, as JSON-LD: what each file is, for whoever catalogues them."""
    actor = await _actor(account_id)
    yield b'{"@context":"https://schema.org","@graph":['
    comma = b"\n"
    async for each in _works(account_id):
        kind, file = KINDS[Kind(each.kind)][1:]
        described: dict[str, Any] = {
            "@type": kind, "@id": _address(each), "name": _name(each), "creator": {"@id": actor},
            "dateCreated": each.created_at, "contentUrl": f"media/creations/{each.id}/{file}",
        }  # fmt: skip
        if each.kind == Kind.SONG:
            described["duration"] = f"PT{each.seconds:g}S"
        else:
            described |= {"width": each.width, "height": each.height}
        if terms := licensing.of(each).address:
            described["license"] = terms
        yield comma + msgspec.json.encode(described)
        comma = b",\n"
    yield b"\n]}\n"


async def _works(account_id: UUID, page: int = 500) -> AsyncIterator[Creation]:
    last: UUID | None = None
    while True:
        query = Creation.objects().where(Creation.owner == account_id, Creation.deleted_at.is_null())
        if last:
            query = query.where(Creation.id > last)
        found = await query.order_by(Creation.id).limit(page)
        for each in found:
            yield each
        if len(found) < page:
            return
        last = found[-1].id


async def _actor(account_id: UUID) -> str:
    account: Any = await Account.objects().get(Account.id == account_id)
    return f"{settings.get().base_url}/u/{account.handle}"


def _address(each: Creation) -> str:
    return f"{settings.get().base_url}/c/{each.slug}"


def _name(each: Creation) -> str:
    return each.title or one_line(each.prompt)[:120]

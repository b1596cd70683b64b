"""The privacy policy in its versions: published once, announced to everybody, compared word by word, and kept."""

import difflib
import hashlib
import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from app import db, shipped
from app.domain import notices
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import PolicySeen, PolicyText
from app.models.ids import uuid7

FIRST = date(2025, 7, 14)
LANGUAGES = ("en", "ar")
NOTICE = timedelta(days=14)
"How long before it counts a material change is announced."


class Change(NamedTuple):
    """A piece of a text, and whether it came, went or stayed: `+`, `-` or ` `."""

    mark: str
    text: str


def today() -> date:
    return datetime.now(UTC).date()


async def publish(effective_on: date, bodies: dict[str, str], summaries: dict[str, str], *, material: bool) -> None:
    """In all languages or not at all; a material change is told to every account in the same transaction, once."""
    first = not await PolicyText.exists()
    if set(bodies) != set(LANGUAGES) or not all(body.strip() for body in bodies.values()):
        raise Invalid(N_("A policy is published in every language at once."))
    if not first:
        await _check_change(effective_on, bodies, summaries, material=material)
    try:
        async with db.transaction():
            for language, body in bodies.items():
                await PolicyText.insert(
                    PolicyText(
                        id=uuid7(), effective_on=effective_on, language=language, body=body, sha256=digest(body),
                        summary=summaries.get(language, "").strip(), material=material, published_at=datetime.now(UTC),
                    )
                )  # fmt: skip
            if material and not first:
                day = datetime.combine(effective_on, datetime.min.time(), UTC).isoformat()
                await notices.tell_everybody("policy.changed", from_at=day, version=effective_on.isoformat())
    except asyncpg.UniqueViolationError:
        raise Conflict(N_("A policy of that day was published already.")) from None


async def _check_change(
    effective_on: date, bodies: dict[str, str], summaries: dict[str, str], *, material: bool
) -> None:
    if not all(summaries.get(language, "").strip() for language in LANGUAGES):
        raise Invalid(N_("Say in every language what is different."))
    soonest = today() + (NOTICE if material else timedelta())
    if effective_on < soonest:
        raise Invalid(N_("This may count from {day} at the earliest."), day=soonest.isoformat())
    newest = (await versions("en"))[0]
    if digest(bodies["en"]) == newest.sha256:
        raise Invalid(N_("This is the text that counts already."))


async def publish_first() -> None:
    """The text of 14 July 2025, in a studio that has none yet."""
    if not await PolicyText.exists():
        await publish(FIRST, {each: shipped.policy(FIRST, each) for each in LANGUAGES}, {}, material=False)


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


async def versions(language: str) -> list[PolicyText]:
    """The newest first, those that do not count yet included."""
    spoken = language if language in LANGUAGES else "en"
    return await (
        PolicyText.objects().where(PolicyText.language == spoken).order_by(PolicyText.effective_on, ascending=False)
    )


async def in_force(language: str) -> PolicyText:
    for each in await versions(language):
        if each.effective_on <= today():
            return each
    raise NotFound


async def coming(language: str) -> PolicyText | None:
    """What was announced and does not count yet: the next of them."""
    ahead = [each for each in await versions(language) if each.effective_on > today() and each.material]
    return ahead[-1] if ahead else None


async def with_changes(effective_on: date, language: str) -> tuple[PolicyText, list[Change]]:
    """A version, and what is different from the one before it."""
    known = await versions(language)
    for one, before in zip(known, [*known[1:], None], strict=True):
        if one.effective_on == effective_on:
            return one, changes(before.body, one.body) if before else []
    raise NotFound


def changes(before: str, after: str) -> list[Change]:
    """Sentence by sentence, as people read; the markup does not count."""
    found = difflib.ndiff(_sentences(before), _sentences(after))
    return [Change(line[0], line[2:]) for line in found if line[0] in "+- "]


def _sentences(body: str) -> list[str]:
    lines = re.split(r"</(?:h\d|p|li|tr)>", body)
    texts = (html.unescape(re.sub(r"<[^>]+>", " ", line)) for line in lines)
    return [" ".join(text.split()) for text in texts if text.strip()]


async def went_on(account_id: UUID) -> None:
    """The first thing somebody did under the version in force: seen, and never a yes to something optional."""
    await PolicySeen.raw(
        "INSERT INTO policy_seen (id, account, effective_on) SELECT {}, {}, max(effective_on) FROM policy_text"
        " WHERE effective_on <= {} HAVING count(*) > 0 ON CONFLICT DO NOTHING",
        uuid7(), account_id, today(),
    )  # fmt: skip

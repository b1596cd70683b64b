"""Yes and no to what is optional: kept as it was said, the newest counts, and silence is a no."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from app import db
from app.errors import N_, Invalid
from app.models import ConsentEvent, Question

# The very sentences people read, wherever they are asked; what was read is stored with the answer.
WORDING = {
    Question.ANALYTICS: N_(
        "Count visits with Google Analytics 4. Google sees which kinds of pages are opened, from which country and kind"
        " of device; it never sees names, addresses, words or works."
    ),
    Question.MARKETING: N_("Write to me now and then about what is new. Every letter has a link that ends it."),
}


def stranger() -> str:
    """What a browser's choices are filed under: chance, and nothing about whoever uses it."""
    return secrets.token_hex(16)


async def decide(
    choices: Mapping[str, bool], read: Mapping[str, str], *,
    language: str, source: str, account_id: UUID | None = None, visitor: str = "",
) -> None:  # fmt: skip
    """Keep an answer to each purpose; `read` holds the sentences in the words they were shown in."""
    if not choices or not set(choices) <= set(Question) or not (account_id or visitor):
        raise Invalid(N_("This is not one of the choices."))
    now = datetime.now(UTC)
    async with db.transaction():
        await ConsentEvent.insert(*[
            ConsentEvent(
                account=account_id, visitor=visitor, purpose=str(purpose), granted=granted, wording=read[purpose][:600],
                language=language, source=source, at=now,
            )
            for purpose, granted in choices.items()
        ])  # fmt: skip


async def given(account_id: UUID, purpose: str) -> bool:
    """Whether this person's newest answer is a yes."""
    newest = await (
        ConsentEvent.select(ConsentEvent.granted)
        .where(ConsentEvent.account == account_id, ConsentEvent.purpose == purpose)
        .order_by(ConsentEvent.id, ascending=False).first()
    )  # fmt: skip
    return bool(newest and newest["granted"])


async def history(account_id: UUID | None, visitor: str = "") -> list[ConsentEvent]:
    """Every answer of a person, or of a browser that nobody has signed in with; the newest first."""
    answers = ConsentEvent.objects()
    if account_id:
        answers = answers.where(ConsentEvent.account == account_id)
    else:
        answers = answers.where(
            ConsentEvent.visitor == visitor, ConsentEvent.visitor != "", ConsentEvent.account.is_null()
        )
    return await answers.order_by(ConsentEvent.id, ascending=False).limit(200)

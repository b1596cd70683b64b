"""Yes and no to what is optional: kept as it was said, the newest counts, and silence is a no."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from app import db, i18n
from app.errors import N_, Invalid
from app.models import ConsentEvent, Measured, Question

# The very sentences people read, wherever they are asked; what was read is stored with the answer.
WORDING = {
    Question.ANALYTICS: N_(
        "Count visits with Google Analytics 4. Google sees which kinds of pages are opened, from which country and kind"
        " of device, and that somebody signed up, bought or finished something; it never sees names, addresses, words"
        " or works."
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
        if choices.get(Question.ANALYTICS) is False:
            await forget_steps(account_id, visitor)


async def forget_steps(account_id: UUID | None, visitor: str = "") -> None:
    """Inside the transaction of a no: what waited to be counted is not."""
    if account_id:
        await Measured.delete().where(Measured.account == account_id)
    if visitor:
        await Measured.delete().where(Measured.visitor == visitor)


async def newest(question: str, account_id: UUID | None, visitor: str = "") -> ConsentEvent | None:
    """The answer that counts: of a person, or of a browser that nobody has signed in with."""
    answers = ConsentEvent.objects().where(ConsentEvent.purpose == question)
    if account_id:
        answers = answers.where(ConsentEvent.account == account_id)
    else:
        answers = answers.where(ConsentEvent.visitor == visitor, ConsentEvent.visitor != "")
    return await answers.order_by(ConsentEvent.id, ascending=False).first()


def is_current(answer: ConsentEvent) -> bool:
    """Whether what was read is what is asked now: a yes to other words is no yes to these."""
    asked = i18n.spoken(WORDING[Question(answer.purpose)], answer.language)
    return bool(answer.wording == asked[:600])


async def given(account_id: UUID, purpose: str) -> bool:
    """Whether this person's newest answer is a yes."""
    answer = await newest(purpose, account_id)
    return bool(answer and answer.granted)


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

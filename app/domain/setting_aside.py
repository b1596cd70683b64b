"""What follows from a verdict on a piece: it gets a veil, or it is its maker's until a moderator has looked at it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.domain import asking, audit, cases, judging, notices, releases, veiling
from app.domain.asking import NOTHING, Said
from app.domain.judging import Judged
from app.domain.words import one_line
from app.errors import N_, Conflict, Invalid
from app.models import Account, Creation, Decision, Outcome, Visibility
from app.rulebook import Verdict

BY_WORDS = N_(
    "A rule about words set it aside before anybody saw it. No person has judged it yet; one looks at it next."
)
BY_VEIL = N_(
    "A rule about words drew a veil over it: others see it after a press. No person has judged it; ask, and one does."
)
BY_LOOKS = N_("It looks like a picture that was removed. No person has judged this one yet; one looks at it next.")
BY_EAR = N_("It sounds like a song that was removed. No person has judged this one yet; one looks at it next.")
CHANGED = N_("This was changed at the same moment. Please try again.")
WAITS = N_("A person looks at this one before others can see it. You hear from us; until then it stays private.")


async def judge_new(creation: Creation, params: Mapping[str, Any], said: Said = NOTHING) -> None:
    """Call inside the transaction that keeps it. What only its maker sees is judged by looks and sound alone.

    `said`: what the operator's own judge said before.
    """
    seen, heard = await judging.picture(creation.likeness), await judging.sound(creation.heard)
    if seen.verdict is not Verdict.ALLOW:
        await _set_aside(creation, seen, BY_LOOKS, creation.visibility)
    elif heard.verdict is not Verdict.ALLOW:
        await _set_aside(creation, heard, BY_EAR, creation.visibility)
    elif creation.visibility == Visibility.PUBLIC:
        await judge_words(creation, params, said)


async def judge_words(creation: Creation, params: Mapping[str, Any], said: Said = NOTHING) -> bool:
    """Call inside a transaction, for a piece that is or is to be public. Whether it was set aside."""
    judged = asking.strictest(_by_words({**params, "title": creation.title}), said)
    if judged.verdict is Verdict.ALLOW or await was_let_pass(creation.id):
        return False
    return await _follow(creation, judged, Visibility.PUBLIC.value)


async def judge_title(creation: Creation, title: str, said: Said | None) -> bool:
    """Call inside a transaction, before it is called so, with what ask_about_title said. Whether it was set aside."""
    words = await _new_words(creation, title)
    if words is None:
        return False
    if said is None:
        raise Conflict(CHANGED)  # it became public while nobody was asked
    judged = asking.strictest(_by_words(words), said)
    if judged.verdict is Verdict.BLOCK:
        raise Invalid(N_("A rule about words stands against this. Please choose others."), field="title")
    return judged.verdict is not Verdict.ALLOW and await _follow(creation, judged, creation.visibility)


async def ask_about_title(creation: Creation, title: str) -> Said | None:
    """Call outside of any transaction. None where nobody else reads it."""
    if not asking.asks():
        return NOTHING
    words = await _new_words(creation, title)
    if words is None:
        return None
    if judging.words(words).verdict is Verdict.BLOCK:
        return NOTHING  # what is refused here is handed to nobody
    said = await asking.about_words(words, creation.id)
    if said.waits:
        raise Invalid(asking.LATER, field="title")
    return said


async def _new_words(creation: Creation, title: str) -> dict[str, Any] | None:
    """What others see is judged, and what a person let pass: they have not read this title."""
    passed = await was_let_pass(creation.id)
    if title == creation.title or creation.held or not (passed or creation.visibility == Visibility.PUBLIC):
        return None
    params: Any = creation.params
    return {"title": title} if passed else {**params, "title": title}


def _by_words(words: Mapping[str, Any]) -> Said:
    return Said(*judging.words(words), BY_WORDS, BY_VEIL)


async def was_let_pass(creation_id: UUID) -> bool:
    """A person has looked already, and machines do not know better."""
    return await Decision.exists().where(
        Decision.creation == creation_id, Decision.found_by != "rule",
        Decision.outcome.is_in([Outcome.ALLOW.value, Outcome.BLUR.value]),
    )  # fmt: skip


async def _follow(creation: Creation, judged: Said, before: str) -> bool:
    """What its words lead to; whether it was set aside."""
    if judged.verdict is Verdict.BLUR:
        await _veil(creation, judged, before)
        return False
    await _set_aside(creation, judged, judged.text, before)
    return True


async def _veil(creation: Creation, judged: Said, before: str) -> None:
    """No case is opened: nothing waits for a moderator before somebody asks for another look."""
    if creation.veiled:
        return
    decision = await _decided(creation, judged, Outcome.BLUR, judged.veil, before)
    await veiling.veil(creation.id)
    await releases.uncover([creation.id])
    await notices.tell(creation.owner, "piece.veiled", decision=str(decision.id))


async def _set_aside(creation: Creation, judged: Judged | Said, text: str, before: str) -> None:
    account = await Account.objects().get(Account.id == creation.owner)
    title = one_line(creation.title or creation.prompt)[:80]
    language = account.language if account else "en"
    case = await cases.insert("report", title, None, "", language, f"creation:{creation.id}")
    decision = await _decided(creation, judged, Outcome.HOLD, text, before, case.id)
    await Creation.update({
        Creation.held: Outcome.HOLD.value, Creation.visibility: Visibility.PRIVATE.value, Creation.published_at: None,
    }).where(Creation.id == creation.id)  # fmt: skip
    await notices.tell(creation.owner, "piece.waits", decision=str(decision.id))


async def _decided(
    creation: Creation, judged: Judged | Said, outcome: Outcome, text: str, before: str, case_id: UUID | None = None
) -> Decision:
    decision = Decision(
        owner=creation.owner, creation=creation.id, case_file=case_id, moderator=None, outcome=outcome.value,
        ground=judged.ground, found_by="rule", text=text, visibility_before=before, decided_at=datetime.now(UTC),
    )  # fmt: skip
    await Decision.insert(decision)
    await audit.note(None, "moderation.rule", f"creation:{creation.id}", ground=judged.ground)
    return decision

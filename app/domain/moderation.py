"""Reports and decisions. What is held or blocked goes private in the same breath, so every door closes at once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app import db
from app.domain import audit, cases, library, notices, releases, removing, showing, veiling
from app.domain.accounts import clean_email
from app.domain.case_kinds import due
from app.domain.grounds import GROUNDS
from app.domain.words import one_line
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import HIDING, Case, CaseState, Creation, Decision, Outcome, Report, Visibility

NAME_LENGTH = 80


async def report(
    slug: str, ground: str, text: str, *, viewer_id: UUID | None = None, name: str = "", address: str = "",
    good_faith: bool = False, language: str = "en",
) -> int:  # fmt: skip
    """The number of the case. Ten thousand reports of one piece are one case with ten thousand voices."""
    creation = await get((await showing.get_visible(slug, viewer_id)).id)
    if creation.visibility != Visibility.PUBLIC:
        raise NotFound
    if ground not in GROUNDS:
        raise Invalid(N_("This is not one of the choices."), field="ground")
    text, name = cases.clean_text(text), one_line(name)[:NAME_LENGTH]
    if viewer_id is None and (address or not GROUNDS[ground].nameless):
        address = clean_email(address)
        if not name:
            raise Invalid(N_("Tell us what to call you."), field="name")
    if not good_faith:
        raise Invalid(N_("Confirm that you believe what you say."), field="good_faith")
    async with db.transaction():
        # The piece's row is the lock: two reports at once open one case.
        await Creation.raw("SELECT 1 FROM creation WHERE id = {} FOR UPDATE", creation.id)
        case = await _case_about(creation, ground, language)
        told = Report(
            creation=creation.id, case_file=case.id, account=viewer_id, name=name, address=address, language=language,
            ground=ground, text=text, received_at=datetime.now(UTC),
        )  # fmt: skip
        await Report.insert(told)
        await _tell_reporter(told, "report.received", case, due_at=case.due_at.isoformat())
    return int(case.number)


async def _case_about(creation: Creation, ground: str, language: str) -> Case:
    subject, kind = f"creation:{creation.id}", "urgent" if GROUNDS[ground].urgent else "report"
    open_one = await Case.objects().get((Case.subject == subject) & (Case.state != CaseState.CLOSED.value))
    if open_one is None:
        return await cases.insert(kind, one_line(creation.title or creation.prompt)[:80], None, "", language, subject)
    if kind == "urgent" and open_one.kind != "urgent":
        open_one.kind, open_one.due_at = kind, min(open_one.due_at, due(kind, datetime.now(UTC)))
        await Case.update({Case.kind: kind, Case.due_at: open_one.due_at}).where(Case.id == open_one.id)
    return open_one


async def decide(
    creation_id: UUID, moderator_id: UUID, outcome: str, ground: str, text: str, case_number: int = 0
) -> Decision:
    """For the piece and every exact copy of it, with reasons to its maker and an answer to whoever reported it."""
    if outcome not in set(Outcome) or ground not in GROUNDS:
        raise Invalid(N_("This is not one of the choices."), field="outcome")
    text = cases.clean_text(text)
    creation = await get(creation_id)
    case = await _case_to_close(creation, moderator_id, case_number)
    async with db.transaction():
        found_by = "own" if case is None else "appeal" if case.kind == "appeal" else "report"
        decision = await _decide_one(creation, moderator_id, outcome, ground, text, found_by, case)
        touched, uncovered = [creation], []
        if outcome != Outcome.ALLOW:
            touched += await _copies(creation)
            for copy in touched[1:]:
                await _decide_one(copy, moderator_id, outcome, ground, text, "copy", case)
            uncovered = await releases.uncover([each.id for each in touched])
        if case:
            await _answer(case, moderator_id, text)
    for each in touched:
        await library.announce(each.id, each.owner, withdrawn=outcome != Outcome.ALLOW)
    await library.take_covers_away(uncovered)
    await removing.follow(creation, outcome)
    return decision


async def _decide_one(
    creation: Creation, moderator_id: UUID, outcome: str, ground: str, text: str, found_by: str, case: Case | None
) -> Decision:
    before = await _before(creation) if creation.held else creation.visibility
    decision = Decision(
        owner=creation.owner, creation=creation.id, case_file=case.id if case else None, moderator=moderator_id,
        outcome=outcome, ground=ground, found_by=found_by, text=text, visibility_before=before,
        decided_at=datetime.now(UTC),
    )  # fmt: skip
    await Decision.insert(decision)
    if outcome in HIDING:
        await library.write_visibility(creation.id, Visibility.PRIVATE.value)
        await Creation.update({Creation.held: outcome}).where(Creation.id == creation.id)
        await notices.tell(creation.owner, "piece.held", decision=str(decision.id))
    else:
        await _show(creation, outcome, before, decision)
    await audit.note(moderator_id, f"moderation.{outcome}", f"creation:{creation.id}", ground=ground)
    return decision


async def _show(creation: Creation, outcome: str, before: str, decision: Decision) -> None:
    """As it was before it was hidden, and behind a veil or not."""
    if creation.held:
        await Creation.update({Creation.held: ""}).where(Creation.id == creation.id)
        await library.write_visibility(creation.id, before)
    if outcome == Outcome.BLUR:
        await veiling.veil(creation.id)
        await notices.tell(creation.owner, "piece.veiled", decision=str(decision.id))
    elif creation.held or creation.veiled:
        await veiling.lift(creation.id)
        await notices.tell(creation.owner, "piece.released", decision=str(decision.id))


async def _before(creation: Creation) -> str:
    """What it was before it was first held."""
    rows = await Decision.raw(
        "SELECT visibility_before AS was FROM decision WHERE creation = {} ORDER BY id DESC LIMIT 1", creation.id
    )
    return str(rows[0]["was"]) if rows else Visibility.PRIVATE.value


async def _copies(creation: Creation) -> list[Creation]:
    """The same model, seed and settings give the same bytes, whoever asked."""
    return await Creation.objects().where(
        Creation.id != creation.id, Creation.model == creation.model, Creation.seed == creation.seed,
        Creation.kind == creation.kind, Creation.held == "",
        db.raw_where("params = (SELECT params FROM creation WHERE id = {})", creation.id),
    )  # fmt: skip


async def _case_to_close(creation: Creation, moderator_id: UUID, number: int) -> Case | None:
    """An appeal is decided by somebody else than the decision it is against."""
    if not number:
        return None
    case = await Case.objects().get(Case.number == number)
    if case is None:
        raise NotFound
    kind, _, subject = case.subject.partition(":")
    if kind == "creation" and subject == str(creation.id):
        return case
    decision = await Decision.objects().get(Decision.id == UUID(subject)) if kind == "decision" else None
    if decision is None or decision.creation != creation.id:
        raise NotFound
    if decision.moderator == moderator_id:
        raise Conflict(N_("You decided this yourself. Somebody else has to look at the appeal."))
    return case


async def _answer(case: Case, moderator_id: UUID, text: str) -> None:
    """Close it, and tell everybody who asked for it what came of it."""
    await cases.say(case.id, "reply", text, moderator_id)
    await Case.raw(
        "UPDATE case_file SET state = 'closed', answered_at = coalesce(answered_at, now()), closed_at = now(),"
        " assigned = {} WHERE id = {}",
        moderator_id, case.id,
    )  # fmt: skip
    if case.kind == "appeal":
        await cases.told(case, "case.answered", answer=text)
    for told in await Report.objects().where(Report.case_file == case.id):
        await _tell_reporter(told, "report.decided", case, answer=text)


async def _tell_reporter(told: Report, kind: str, case: Case, **facts: str) -> None:
    await notices.reach(told.account, told.address, kind, told.language, number=str(case.number), **facts)


async def appeal(decision_id: UUID, owner_id: UUID, text: str, language: str) -> Case:
    """Once for each decision, by whom it hit, for somebody else to look at."""
    decision = await get_decision(decision_id, owner_id)
    if decision.outcome == Outcome.ALLOW:
        raise Conflict(N_("This decision is in your favour."))
    text = cases.clean_text(text)
    try:
        async with db.transaction():
            case = await cases.insert("appeal", "", owner_id, "", language, f"decision:{decision.id}")
            await cases.say(case.id, "message", text, owner_id)
            await cases.acknowledge(case)
    except asyncpg.UniqueViolationError:
        raise Conflict(N_("You asked for this already. The answer comes to you.")) from None
    return case


async def get(creation_id: UUID) -> Creation:
    """For moderators: deleted ones too, until they are erased."""
    creation = await Creation.objects().get(Creation.id == creation_id).output(load_json=True)
    if creation is None:
        raise NotFound
    return creation


async def get_decision(decision_id: UUID, owner_id: UUID) -> Decision:
    decision = await Decision.objects().get((Decision.id == decision_id) & (Decision.owner == owner_id))
    if decision is None:
        raise NotFound
    return decision


async def appealed(decision_id: UUID) -> Case | None:
    return await Case.objects().get((Case.subject == f"decision:{decision_id}") & (Case.kind == "appeal"))


async def piece_of(case: Case) -> UUID | None:
    """What a report or an appeal is about, if it is still there."""
    kind, _, subject = case.subject.partition(":")
    if kind == "decision":
        decision = await Decision.objects().get(Decision.id == UUID(subject))
        return decision.creation if decision else None
    return UUID(subject) if kind == "creation" else None


async def veiled_by(creation_id: UUID) -> Decision | None:
    """The newest decision that drew a veil over it."""
    return await (
        Decision.objects().where(Decision.creation == creation_id, Decision.outcome == Outcome.BLUR.value)
        .order_by(Decision.id, ascending=False).first()
    )  # fmt: skip


async def history(creation_id: UUID) -> list[Decision]:
    return await Decision.objects().where(Decision.creation == creation_id).order_by(Decision.id, ascending=False)


async def reports_of(creation_id: UUID, most: int = 50) -> tuple[int, list[Report]]:
    """How many there are, and the newest."""
    about: Any = Report.creation == creation_id
    newest = await Report.objects().where(about).order_by(Report.id, ascending=False).limit(most)
    return await Report.count().where(about), newest

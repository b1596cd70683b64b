"""What people want from us: each asking has a number, a day by which it is answered, and everything that was said."""

import hmac
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app import cards, db, secret
from app.domain import notices
from app.domain.accounts import clean_email
from app.domain.case_kinds import KINDS, due
from app.domain.words import line, must_fit, one_line
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Case, CaseEvent, CaseState

TITLE_LENGTH, TEXT_LENGTH = 200, 10_000
PAGE = 50


async def open_case(
    kind: str, title: str, text: str, *, account_id: UUID | None = None, address: str = "", language: str = "en",
    subject: str = "", message_id: str = "", note: str = "", quiet: bool = False,
) -> Case:  # fmt: skip
    """Number it, keep it, acknowledge it unless `quiet`. The same mail twice is the same case."""
    if kind not in KINDS:
        raise Invalid(N_("This is not one of the choices."), field="kind")
    title, text = line(title, "title", TITLE_LENGTH), clean_text(text)
    if account_id is None:
        address = clean_email(address)
    try:
        async with db.transaction():
            case = await insert(kind, title, account_id, address, language, subject)
            await say(case.id, "message", text, account_id, message_id)
            if note:
                await say(case.id, "note", note)
            if not quiet:
                await acknowledge(case)
    except asyncpg.UniqueViolationError:
        rows = await CaseEvent.select(CaseEvent.case_file).where(CaseEvent.message_id == message_id)
        return await get(rows[0]["case_file"])
    return case


async def insert(
    kind: str, title: str, account_id: UUID | None, address: str, language: str, subject: str = ""
) -> Case:  # fmt: skip
    """For the transaction of whoever opens a case with more to it than words."""
    now = datetime.now(UTC)
    [row] = await Case.raw("SELECT nextval('case_number') AS number")
    case = Case(
        number=row["number"], kind=kind, title=title, account=account_id, address=address, language=language,
        subject=subject, received_at=now, due_at=due(kind, now),
    )  # fmt: skip
    await Case.insert(case)
    return case


async def say(case_id: UUID, kind: str, text: str, actor: UUID | None = None, message_id: str = "") -> None:
    """Inside a transaction."""
    await CaseEvent.insert(
        CaseEvent(case_file=case_id, kind=kind, actor=actor, text=text, message_id=message_id, at=datetime.now(UTC))
    )


async def acknowledge(case: Case) -> None:
    await told(case, "case.received", due_at=case.due_at.isoformat())


async def told(case: Case, kind: str, **facts: str | int) -> None:
    """To the account, or to the address where there is none. Inside a transaction."""
    facts |= {"number": str(case.number), "key": "" if case.account else f"?key={key_of(case)}"}
    await notices.reach(case.account, case.address, kind, case.language, **facts)


async def add(
    case_id: UUID, text: str, account_id: UUID | None = None, message_id: str = "", note: str = ""
) -> None:  # fmt: skip
    """The person has more to say: it is our turn again, also where we thought that it was over."""
    text = clean_text(text)
    async with db.transaction():
        await say(case_id, "message", text, account_id, message_id)
        if note:
            await say(case_id, "note", note)
        await Case.raw(
            "UPDATE case_file SET state = 'open', closed_at = NULL, due_at = CASE WHEN state = 'open' THEN due_at"
            " ELSE now() + interval '3 days' END WHERE id = {}",
            case_id,
        )  # fmt: skip


async def reply(case_id: UUID, staff_id: UUID, text: str, *, close: bool) -> None:
    """The answer goes out in the transaction that notes it."""
    text = clean_text(text)
    case = await get(case_id)
    async with db.transaction():
        await say(case_id, "reply", text, staff_id)
        await Case.raw(
            "UPDATE case_file SET state = {}, answered_at = coalesce(answered_at, now()), assigned = {},"
            " closed_at = CASE WHEN {} THEN now() END WHERE id = {}",
            (CaseState.CLOSED if close else CaseState.WAITING).value, staff_id, close, case_id,
        )  # fmt: skip
        await told(case, "case.answered", answer=text)


async def note(case_id: UUID, staff_id: UUID, text: str) -> None:
    """Among ourselves; a person who asks for their data gets it as well."""
    async with db.transaction():
        await say(case_id, "note", clean_text(text), staff_id)


async def take(case_id: UUID, staff_id: UUID) -> None:
    await Case.update({Case.assigned: staff_id}).where(Case.id == case_id)


async def close(case_id: UUID, staff_id: UUID) -> None:
    """Not without an answer: nobody is left waiting for one that never comes."""
    async with db.transaction():
        rows = await Case.raw(
            "UPDATE case_file SET state = 'closed', closed_at = now() WHERE id = {} AND answered_at IS NOT NULL"
            " AND state <> 'closed' RETURNING id",
            case_id,
        )  # fmt: skip
        if not rows:
            raise Conflict(N_("Answer first: a case cannot be closed without an answer."))
        await say(case_id, "state", "closed", staff_id)


async def get(case_id: UUID) -> Case:
    case = await Case.objects().get(Case.id == case_id)
    if case is None:
        raise NotFound
    return case


async def get_own(number: int, account_id: UUID | None, key: str = "") -> Case:
    """For its person, or for whoever holds the key that was mailed to its address."""
    case = await _numbered(number)
    theirs = account_id is not None and case.account == account_id
    mailed = case.account is None and hmac.compare_digest(key.encode(errors="replace"), key_of(case).encode())
    if not (theirs or mailed):
        raise NotFound
    return case


def thread_of(number: str | int) -> str:
    """Part of the Message-ID of what we write about a case, by which an answer finds it again."""
    return f"{number}.{secret.seal_of('thread', str(number))[:24]}"


async def of_thread(text: str) -> Case | None:
    """None for whatever we did not write."""
    _, number, seal = ["", "", "", *text.rsplit(".", 2)][-3:]
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    ours = hmac.compare_digest(f"{number}.{seal}".encode(errors="replace"), thread_of(number).encode())
    return await Case.objects().get(Case.number == int(number)) if ours else None


async def get_for_staff(number: int, powers: set[str]) -> Case:
    case = await _numbered(number)
    if KINDS[case.kind].power not in powers:
        raise NotFound
    return case


async def _numbered(number: int) -> Case:
    case = await Case.objects().get(Case.number == number) if 0 < number < 2**63 else None
    if case is None:
        raise NotFound
    return case


async def events_of(case_id: UUID, *, notes: bool = False) -> list[CaseEvent]:
    kinds = ["message", "reply", *(["note", "state"] if notes else [])]
    return await (
        CaseEvent.objects().where(CaseEvent.case_file == case_id, CaseEvent.kind.is_in(kinds)).order_by(CaseEvent.id)
    )


async def list_own(account_id: UUID) -> list[Case]:
    return await Case.objects().where(Case.account == account_id).order_by(Case.id, ascending=False).limit(PAGE)


async def inbox(
    powers: set[str], q: str = "", kind: str = "", state: str = "open", mine: UUID | None = None
) -> list[dict[str, Any]]:
    """What is due first comes first. A number finds its case, words find what was said."""
    conditions, values = ["kind = ANY({}::varchar[])"], list[Any]()
    values.append([name for name, each in KINDS.items() if each.power in powers and kind in ("", name)])
    if state in set(CaseState):
        conditions.append("state = {}")
        values.append(str(state))
    if mine:
        conditions.append("assigned = {}")
        values.append(mine)
    if q.strip().lstrip("#").isdecimal():
        conditions.append("number = {}")
        values.append(min(int(q.strip().lstrip("#")), 2**63 - 1))
    elif q.strip():
        words = f"%{_literal(q.strip()[:200])}%"
        conditions.append(
            "(title ILIKE {} OR address ILIKE {} OR EXISTS (SELECT 1 FROM case_event e WHERE e.case_file = case_file.id"
            " AND e.text ILIKE {}))"
        )
        values += [words] * 3
    return await Case.raw(
        "SELECT case_file.*, due_at < now() AND state = 'open' AS late FROM case_file"  # noqa: S608 - fixed words only
        f" WHERE {' AND '.join(conditions)} ORDER BY state = 'closed', due_at, id LIMIT {PAGE}",
        *values,
    )


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\0", "")


def clean_text(text: str) -> str:
    """As written, line by line; a card number has no business here and is not kept."""
    text = cards.masked("\n".join(map(one_line, text.splitlines()))).strip()
    if not text:
        raise Invalid(N_("Write a few words."), field="text")
    must_fit(text, "text", TEXT_LENGTH)
    return text


def key_of(case: Case) -> str:
    return secret.seal_of("case", str(case.id))[:32]

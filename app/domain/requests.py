"""What the law lets people ask of us, and that it is answered in time whoever sleeps.

Each request is a case with a day; asked twice it is the same case. Staff hear of it when half, three quarters and nine
tenths of its time are over. Those reminders are rows, so whether anybody still reminds can be read by everybody.
"""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import db
from app.domain import cases, notices
from app.domain.accounts import clean_email
from app.domain.case_kinds import KINDS
from app.errors import N_, Invalid
from app.models import Account, Case, CaseEvent, CaseState
from app.models.ids import uuid7
from app.roles import MAY, Power

logger = logging.getLogger(__name__)

RIGHTS = {name: kind for name, kind in KINDS.items() if kind.power == "protect"}
STAGES = (90, 75, 50)
PATIENCE = timedelta(days=1)
"A reminder that is later than this was never going to come."
STAFF = sorted(role.value for role, powers in MAY.items() if Power.PROTECT in powers)


async def ask(kind: str, text: str, *, account_id: UUID | None = None, address: str = "", language: str = "en") -> Case:
    """A request of the same person for the same thing that is still open is that one, with one message more.

    Whoever has no account proves the address by the letter that goes there, and is answered there and nowhere else.
    """
    if kind not in RIGHTS:
        raise Invalid(N_("This is not one of the choices."), field="kind")
    if account_id is None:
        address = clean_email(address)
    text = cases.clean_text(text)
    async with db.transaction():
        # Two at the same moment wait for each other here, so that the second one finds the first.
        await Case.raw("SELECT pg_advisory_xact_lock(hashtext({}))", f"{kind}:{account_id or address.lower()}")
        case = await _open(kind, account_id, address)
        again = case is not None
        if case is None:
            case = await cases.insert(kind, "", account_id, address, language)
        await cases.say(case.id, "message", text, account_id)
        if not again:
            await cases.acknowledge(case)
    return case


async def _open(kind: str, account_id: UUID | None, address: str) -> Case | None:
    theirs = (
        Case.account == account_id
        if account_id
        else db.raw_where("account IS NULL AND lower(address) = {}", address.lower())
    )
    found: Case | None = await (
        Case.objects().where(Case.kind == kind, Case.state != CaseState.CLOSED.value).where(theirs).first()
    )
    return found


async def remind(now: datetime | None = None) -> int:
    """Tell staff, once for each stage. After a long sleep only the latest stage is told."""
    now = now or datetime.now(UTC)
    reminded = 0
    for case, stage in await _due(now):
        async with db.transaction():
            rows = await CaseEvent.raw(
                "INSERT INTO case_event (id, case_file, kind, text, at) SELECT {}, {}, 'state', {}, {}"
                " WHERE NOT EXISTS (SELECT 1 FROM case_event WHERE case_file = {} AND kind = 'state' AND text = {})"
                " RETURNING id",
                uuid7(), case.id, _said(stage), now, case.id, _said(stage),
            )  # fmt: skip
            if rows:
                for account_id in await _staff():
                    await notices.tell(account_id, "case.due", number=str(case.number), due_at=case.due_at.isoformat())
                reminded += 1
    return reminded


async def forgotten(now: datetime | None = None) -> int:
    """The dead man's switch: open requests whose reminder should have come a day ago. Asked by the web process."""
    return len(await _due((now or datetime.now(UTC)) - PATIENCE))


async def _due(now: datetime) -> list[tuple[Case, int]]:
    """Open requests with the stage that they have come to, where nobody was told of it."""
    found = []
    open_ones = Case.objects().where(Case.kind.is_in(list(RIGHTS)), Case.answered_at.is_null())
    for case in await open_ones.where(Case.state != CaseState.CLOSED.value):
        share = (now - case.received_at) / (case.due_at - case.received_at) * 100
        stage = next((stage for stage in STAGES if share >= stage), 0)
        if stage and not await CaseEvent.exists().where(
            CaseEvent.case_file == case.id, CaseEvent.kind == "state", CaseEvent.text == _said(stage)
        ):
            found.append((case, stage))
    return found


async def _staff() -> list[UUID]:
    return await Account.select(Account.id).where(Account.role.is_in(STAFF)).output(as_list=True)


def _said(stage: int) -> str:
    return f"reminded {stage}"

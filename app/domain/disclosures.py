"""What the law makes us hand out about a person: two who did not ask for it must agree, and no column more goes out.

Whoever it is about is told, at once or on the day on which a silence ends that somebody had to give a reason for. Until
then nothing that they can see, count or take along knows of it (`told_when` of the table).
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from app import db
from app.domain import audit, notices
from app.domain.people import folder_of, personal_tables
from app.domain.processing import title
from app.domain.words import line
from app.errors import N_, Conflict, Invalid, NotFound, Refused
from app.models import Account, Disclosure, inventory
from app.models.inventory import Export

FILES = "files"
SAY = N_("Write a few words.")
LONGEST_SILENCE = timedelta(days=366)
AUTHORITY_LENGTH, BASIS_LENGTH, WHY_LENGTH, MOST_ITEMS = 200, 4000, 400, 500


def offered() -> dict[str, list[str]]:
    """What can be asked for, by what people call it. Secrets are not: they open things, and tell nothing."""
    found = {}
    for table in personal_tables():
        name = table._meta.tablename
        told = [
            f"{name}.{column._meta.name}"
            for column, kind in inventory.columns(table)
            if kind.export != Export.NEVER and table is not Disclosure
        ]
        found[title(table)] = told + ([f"{name}.{FILES}"] if folder_of(table) and told else [])
    return {name: columns for name, columns in found.items() if columns}


async def ask(
    staff_id: UUID, whom: str, authority: str, basis: str, scope: list[str], items: str = "",
    silent_until: str = "", silent_why: str = "",
) -> Disclosure:  # fmt: skip
    """Write down what is wanted. Nothing goes out by it."""
    until, why = _silence(silent_until, silent_why)
    asked = Disclosure(
        account=await _person(whom), authority=line(authority, "authority", AUTHORITY_LENGTH, SAY),
        basis=line(basis, "basis", BASIS_LENGTH, SAY), scope=_json(_scope(scope)), items=_json(_items(items)),
        asked_by=staff_id, asked_at=datetime.now(UTC), silent_until=until, silent_why=why,
    )  # fmt: skip
    async with db.transaction():
        await Disclosure.insert(asked)
        await audit.note(staff_id, "disclosure.ask", _subject(asked.id))
    return asked


async def approve(disclosure_id: UUID, staff_id: UUID) -> None:
    """One of two, neither of whom asked for it. Approving twice is refused, and does not count."""
    async with db.transaction():
        asked = await _locked(disclosure_id)
        if asked.asked_by == staff_id:
            raise Refused(N_("You asked for this yourself. Two others have to agree to it."))
        if asked.first_by == staff_id:
            raise Conflict(N_("You agreed to this already. Somebody else has to as well."))
        values: dict[Any, Any] = {Disclosure.first_by: staff_id}
        if asked.first_by:
            values = {Disclosure.second_by: staff_id, Disclosure.agreed_at: datetime.now(UTC)}
        await Disclosure.update(values).where(Disclosure.id == disclosure_id)
        await audit.note(staff_id, "disclosure.approve", _subject(disclosure_id))


async def refuse(disclosure_id: UUID, staff_id: UUID) -> None:
    """One no is enough, and final: what is wanted in another way is asked for anew."""
    async with db.transaction():
        await _locked(disclosure_id)
        await Disclosure.update({
            Disclosure.refused_by: staff_id, Disclosure.refused_at: datetime.now(UTC),
        }).where(Disclosure.id == disclosure_id)  # fmt: skip
        await audit.note(staff_id, "disclosure.refuse", _subject(disclosure_id))


async def hand_over(disclosure_id: UUID, staff_id: UUID) -> Disclosure:
    """Note who hands it over, and tell its person. Call before the archive is sent: what is sent was noted before."""
    async with db.transaction():
        rows = await (
            Disclosure.update({Disclosure.handed_by: staff_id, Disclosure.handed_at: datetime.now(UTC)})
            .where(Disclosure.id == disclosure_id, Disclosure.agreed_at.is_not_null(), Disclosure.refused_at.is_null())
            .returning(Disclosure.id)
        )  # fmt: skip
        handed = await get(disclosure_id)
        if not rows:
            raise Conflict(N_("Two people have to agree to this before anything is handed over."))
        await audit.note(staff_id, "disclosure.hand", _subject(disclosure_id))
    await tell()
    return handed


async def tell(now: datetime | None = None) -> int:
    """Whoever may know by now and was not told. Whoever has left is not there to be told."""
    now = now or datetime.now(UTC)
    waiting = Disclosure.objects().where(Disclosure.handed_at.is_not_null(), Disclosure.told_at.is_null())
    told = 0
    for each in await waiting.where(Disclosure.silent_until.is_null() | (Disclosure.silent_until <= now)):
        async with db.transaction():
            rows = await (
                Disclosure.update({Disclosure.told_at: now})
                .where(Disclosure.id == each.id, Disclosure.told_at.is_null()).returning(Disclosure.id)
            )  # fmt: skip
            if rows and await Account.exists().where(Account.id == each.account, Account.email != ""):
                await notices.tell(each.account, "privacy.disclosed", handed_at=each.handed_at.isoformat())
                told += 1
    return told


async def told_to(account_id: UUID) -> list[Disclosure]:
    """What its person may know of."""
    return await (
        Disclosure.objects().where(db.raw_where(f"account = {{}} AND {Disclosure.told_when}", account_id))
        .order_by(Disclosure.handed_at, ascending=False).output(load_json=True)
    )  # fmt: skip


async def get(disclosure_id: UUID) -> Disclosure:
    found = await Disclosure.objects().get(Disclosure.id == disclosure_id).output(load_json=True)
    if found is None:
        raise NotFound
    return found


async def newest() -> list[Disclosure]:
    return await Disclosure.objects().order_by(Disclosure.asked_at, ascending=False).limit(100).output(load_json=True)


async def by_year() -> list[dict[str, Any]]:
    """For everybody: how often it was asked, refused and done. Silent ones are counted like all others."""
    return await Disclosure.raw(
        "SELECT extract(year FROM asked_at)::int AS year, count(*) AS asked, count(refused_at) AS refused,"
        " count(handed_at) AS handed FROM disclosure GROUP BY year ORDER BY year DESC"
    )


async def _locked(disclosure_id: UUID) -> Disclosure:
    """Inside a transaction: one that nothing was decided about yet."""
    await Disclosure.raw("SELECT 1 FROM disclosure WHERE id = {} FOR UPDATE", disclosure_id)
    found = await get(disclosure_id)
    if found.refused_at or found.agreed_at:
        raise Conflict(N_("This was decided already."))
    return found


async def _person(whom: str) -> UUID:
    """By address or by the name in the address of their page."""
    words = whom.strip()
    rows = await Account.raw(
        "SELECT id FROM account WHERE email <> '' AND (lower(email) = lower({}) OR handle = {})", words, words
    )
    if not rows:
        raise Invalid(N_("There is no such account."), field="whom")
    found: UUID = rows[0]["id"]
    return found


def _scope(scope: list[str]) -> list[str]:
    known = {column for columns in offered().values() for column in columns}
    if not scope:
        raise Invalid(N_("Say exactly what is to be handed over."), field="scope")
    if not set(scope) <= known:
        raise Invalid(N_("This is not one of the choices."), field="scope")
    return sorted(set(scope))


def _items(text: str) -> list[str]:
    words = text.split()
    try:
        found = [str(UUID(word)) for word in words]
    except ValueError:
        raise Invalid(N_("One of these is no id."), field="items") from None
    if len(found) > MOST_ITEMS:
        raise Invalid(N_("At most {limit} fit."), field="items", limit=MOST_ITEMS)
    return found


def _silence(until: str, why: str) -> tuple[datetime | None, str]:
    """Both or neither: nobody is kept from knowing without a reason and an end."""
    if not until.strip() and not why.strip():
        return None, ""
    reason = line(why, "silent_why", WHY_LENGTH, SAY)
    try:
        end = datetime.fromisoformat(until.strip()).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(N_("Say until which day, such as 2027-01-31."), field="silent_until") from None
    if not datetime.now(UTC) < end <= datetime.now(UTC) + LONGEST_SILENCE:
        raise Invalid(N_("A silence ends within a year. If it must last longer, it is decided anew."),
                      field="silent_until")  # fmt: skip
    return end, reason


def _json(values: list[str]) -> str:
    return msgspec.json.encode(values).decode()


def _subject(disclosure_id: UUID) -> str:
    return f"disclosure:{disclosure_id}"

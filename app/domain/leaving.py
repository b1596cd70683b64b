"""Somebody leaves: hidden at once, erased within a minute, forgotten by others as well, and told what stays and why.

Every step may be done twice, so whoever is killed begins again from the first; none of them asks how far it came. What
goes and what stays is said by the columns themselves (app/models/inventory.py).
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import JSONB, Column, Timestamptz, Varchar
from piccolo.table import Table

from app import db, i18n, retention, storage, vault
from app.domain import errands, notices, people, sessions
from app.domain.people import in_order_of_keys, personal_tables, theirs
from app.domain.processing import title
from app.domain.withheld import Why
from app.domain.withholding import withhold
from app.models import Account, Identity, Leaving, inventory
from app.models.ids import token
from app.models.inventory import Erasure

logger = logging.getLogger(__name__)

TOMBSTONES = "tombstones"


class Share(msgspec.Struct, frozen=True):
    """What is held of one kind, and what becomes of it."""

    title: str
    rows: int
    stays_until: datetime | None
    why: dict[str, str] = {}


async def plan(account_id: UUID) -> list[Share]:
    """What would go and what would stay, told before anybody presses anything."""
    return [await _share(table, account_id) for table in personal_tables() if table is not Account]


async def begin(account_id: UUID) -> None:
    """From here on there is no way back: signed out everywhere, seen by nobody. The rest is housekeeping's."""
    async with db.transaction():
        rows = await Leaving.raw(
            "INSERT INTO leaving (id, account) VALUES (gen_random_uuid(), {}) ON CONFLICT (account) DO NOTHING"
            " RETURNING id",
            account_id,
        )
        if rows:
            await errands.prepare(rows[0]["id"], account_id)
        ended = await sessions.end_all(account_id)
        await Identity.delete().where(Identity.account == account_id)
    await withhold(account_id, Why.LEAVING)
    await sessions.announce_ended(account_id, ended)


async def finish(account_id: UUID) -> None:
    """Everything that is here. The tombstone comes first: a restored backup asks it who must not come back."""
    await withhold(account_id, Why.LEAVING)
    await storage.put(f"{TOMBSTONES}/{account_id}", datetime.now(UTC).isoformat().encode())
    await _erase_bytes(account_id)
    await _forget_in_backups(account_id)
    async with db.transaction():
        await _say_goodbye(account_id)
        erased = {table._meta.tablename: await _erase_rows(table, account_id) for table in reversed(in_order_of_keys())}
        await Leaving.update({
            Leaving.finished_at: datetime.now(UTC), Leaving.erased: msgspec.json.encode(erased).decode(),
        }).where(Leaving.account == account_id)  # fmt: skip
    logger.info("erased account %s", account_id)


async def carry_on() -> int:
    """Finish whatever was begun. Returns how many."""
    rows = await Leaving.select(Leaving.account).where(Leaving.finished_at.is_null()).order_by(Leaving.asked_at)
    for row in rows:
        await finish(row["account"])
    return len(rows)


async def replay() -> int:
    """After a backup came back: whoever has a tombstone and is here again is erased again. Returns how many."""
    again = 0
    for account_id in await gone():
        if await Account.exists().where(Account.id == account_id, Account.email != ""):
            await begin(account_id)
            await finish(account_id)
            again += 1
    return again


async def gone() -> list[UUID]:
    """Everybody who ever left, as the storage remembers them."""
    return [UUID(key.split("/")[1]) for key in await storage.keys(TOMBSTONES)]


async def _forget_in_backups(account_id: UUID) -> None:
    """A place of backups that is away keeps nobody here: the next backup catches up."""
    if not vault.configured():
        return
    try:
        await vault.forget(account_id)
    except vault.UNREACHABLE as error:
        logger.error("the key of account %s is not destroyed yet: %s", account_id, type(error).__name__)


async def _say_goodbye(account_id: UUID) -> None:
    """The last mail, while the address is still known; it says what had to stay."""
    account = await Account.objects().get(Account.id == account_id)
    if account is None or not account.email:
        return
    staying = [share for share in await plan(account_id) if share.stays_until and share.rows]
    kept = "; ".join(f"{i18n.spoken(each.title, account.language)} ({each.stays_until:%Y-%m-%d})" for each in staying)
    await notices.write_to(account.email, "privacy.erased", account.language, kept=kept)


async def _share(table: type[Table], account_id: UUID) -> Share:
    rows = await people.count(table, account_id)
    staying = [kind for _, kind in inventory.columns(table) if kind.erasure == Erasure.STAYS]
    if not staying:
        return Share(title(table), rows, None)
    limit = retention.classes()[staying[0].kept]
    return Share(title(table), rows, datetime.now(UTC) + timedelta(days=limit.days), limit.why)


async def _erase_bytes(account_id: UUID) -> None:
    """Nobody can ask for them any more, so they may go before the rows that name them."""
    for table in personal_tables():
        if folder := people.folder_of(table):
            for each in await people.ids(table, account_id):
                await storage.delete_all(f"{folder}/{each}")


async def _erase_rows(table: type[Table], account_id: UUID) -> int:
    """Delete them; or where a reason keeps the row, empty it of all that the reason does not need."""
    kinds = dict(inventory.columns(table))
    if Erasure.STAYS not in {kind.erasure for kind in kinds.values()}:
        return len(await table.delete().where(theirs(table, account_id)).returning(table._meta.primary_key))
    values: dict[Any, Any] = {column: blank(column) for column, kind in kinds.items() if kind.erasure != Erasure.STAYS}
    if values:
        await table.update(values).where(theirs(table, account_id))
    return 0


def blank(column: Column) -> Any:
    """What says nothing: null, what the column starts with, or a random word where each must be its own."""
    if column._meta.null:
        return None
    if isinstance(column, Varchar) and column._meta.unique:
        return token()[: column.length]
    if isinstance(column, Timestamptz):
        return datetime.now(UTC)
    default = column.get_default_value()
    return default if not isinstance(column, JSONB) else "{}"

"""A copy of everything of a person: asked for on a page, made by housekeeping, there for a week, for nobody else."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import db, storage
from app.domain import archive, notices, orphans
from app.errors import NotFound
from app.models import Account, Takeout
from app.models.ids import uuid7

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
TRIES = 5


async def ask(account_id: UUID) -> Takeout:
    """Asked again while one is being made, it is that one; a finished one is not made anew while it is there."""
    if (ready := await newest(account_id)) is not None:
        return ready
    await Takeout.raw(
        "INSERT INTO takeout (id, account) VALUES ({}, {}) ON CONFLICT (account) WHERE ready_at IS NULL DO NOTHING",
        uuid7(), account_id,
    )  # fmt: skip
    found = await newest(account_id)
    assert found is not None  # noqa: S101 - inserted above, and nothing erases one that is not ready
    return found


async def newest(account_id: UUID) -> Takeout | None:
    return await (
        Takeout.objects().where(Takeout.account == account_id)
        .where(Takeout.keep_until.is_null() | (Takeout.keep_until > datetime.now(UTC)))
        .order_by(Takeout.asked_at, ascending=False).first()
    )  # fmt: skip


async def get_own(takeout_id: UUID, account_id: UUID) -> Takeout:
    found = await Takeout.objects().get((Takeout.id == takeout_id) & (Takeout.account == account_id))
    if found is None or found.keep_until is None or found.keep_until <= datetime.now(UTC):
        raise NotFound
    return found


async def discard(takeout_id: UUID, account_id: UUID) -> None:
    rows = await (
        Takeout.delete().where(Takeout.id == takeout_id, Takeout.account == account_id).returning(Takeout.id)
    )  # fmt: skip
    if not rows:
        raise NotFound
    await storage.delete_all(folder(takeout_id))


async def make_waiting() -> int:
    """Make what was asked for, oldest first. One that breaks off is begun anew, and given up after some tries."""
    waiting = Takeout.objects().where(Takeout.ready_at.is_null(), Takeout.tries < TRIES)
    made = 0
    for each in await waiting.order_by(Takeout.asked_at):
        await Takeout.update({Takeout.tries: Takeout.tries + 1}).where(Takeout.id == each.id)
        try:
            await make(each)
            made += 1
        except Exception:
            logger.exception("the copy %s was not made; it is tried again", each.id)
    return made


async def make(takeout: Takeout) -> None:
    account = await Account.objects().get(Account.id == takeout.account)
    if account is None:
        return
    await storage.put_stream(key(takeout.id), archive.pack(account.id, account.language))
    async with db.transaction():
        now = datetime.now(UTC)
        await Takeout.update({
            Takeout.ready_at: now, Takeout.keep_until: now + KEPT, Takeout.bytes: await storage.size(key(takeout.id)),
        }).where(Takeout.id == takeout.id)  # fmt: skip
        await notices.tell(account.id, "privacy.ready", until_at=(now + KEPT).isoformat())


async def sweep() -> int:
    """Erase those whose week is over, and those that could not be made."""
    rows = await (
        Takeout.delete()
        .where((Takeout.keep_until <= datetime.now(UTC)) | (Takeout.ready_at.is_null() & (Takeout.tries >= TRIES)))
        .returning(Takeout.id)
    )  # fmt: skip
    for row in rows:
        await storage.delete_all(folder(row["id"]))
    return len(rows) + await orphans.erase("takeouts", Takeout)


def folder(takeout_id: UUID) -> str:
    return f"takeouts/{takeout_id}"


def key(takeout_id: UUID) -> str:
    return f"{folder(takeout_id)}/takeout.zip"

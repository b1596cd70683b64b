"""What is told and not yet sent. A claim moves the due time ahead, which is the lease: whoever dies loses it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app import db
from app.domain import notices
from app.models import Account, Channel, Notice

LEASE = timedelta(minutes=5)
SERVER_AWAY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
CAME_BACK = timedelta(days=7)


class Receiver(NamedTuple):
    address: str
    language: str
    refused: bool = False
    "The last mail there was refused for good."


async def claim(channels: list[Channel], most: int) -> list[Notice]:
    """The oldest that are due, for whoever asks first. Beyond three days nobody waits for it any more."""
    rows = await Notice.raw(
        "UPDATE notice SET due_at = now() + {}::interval WHERE id IN (SELECT id FROM notice"
        " WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= now() AND channel = ANY({}::varchar[])"
        " ORDER BY due_at LIMIT {} FOR UPDATE SKIP LOCKED) RETURNING id",
        LEASE, [channel.value for channel in channels], most,
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    return await Notice.objects().where(Notice.id.is_in(ids)).order_by(Notice.created_at).output(load_json=True)


async def receivers_of(claimed: list[Notice]) -> dict[UUID, Receiver]:
    """Address and language as they are now, not as they were when it was told. Whoever has left has none."""
    ids = list({notice.account for notice in claimed if notice.account})
    accounts = await Account.objects().where(Account.id.is_in(ids)) if ids else []
    known = {
        account.id: Receiver(account.email, account.language, bool(account.mail_refused_at)) for account in accounts
    }
    return {
        notice.id: known.get(notice.account, Receiver("", notice.language))
        if notice.account else Receiver(notice.address, notice.language)
        for notice in claimed
    }  # fmt: skip


async def sent(notice_id: UUID, *, forget: bool = False) -> None:
    """Forget: what a mail said may open a door, such as a link to a new password."""
    await Notice.raw(
        "UPDATE notice SET sent_at = now(), facts = CASE WHEN {} THEN jsonb_build_object() ELSE facts END"
        " WHERE id = {}",
        forget, notice_id,
    )  # fmt: skip


async def unreachable(address: str) -> None:
    """Nobody takes mails there any more. Its person is told here, once, until a mail arrives or the address changes."""
    async with db.transaction():
        rows = await Account.raw(
            "UPDATE account SET mail_refused_at = now() WHERE lower(email) = lower({}) AND mail_refused_at IS NULL"
            " RETURNING id",
            address,
        )  # fmt: skip
        for row in rows:
            await notices.tell(row["id"], "account.unreachable")


async def came_back(notice_id: UUID) -> None:
    """Sent, and given up all the same."""
    await Notice.update({Notice.given_up_at: datetime.now(UTC)}).where(Notice.id == notice_id)


async def reachable(address: str) -> None:
    """A server took a mail for it. Where one came back lately, that says little: it was taken at first as well."""
    now = datetime.now(UTC)
    await Account.raw(
        "UPDATE account SET mail_refused_at = NULL WHERE lower(email) = lower({}) AND NOT EXISTS (SELECT 1 FROM notice"
        " WHERE (notice.account = account.id OR lower(notice.address) = lower(account.email))"
        " AND channel = 'mail' AND sent_at IS NOT NULL AND given_up_at > {} AND notice.created_at > {})",
        address, now - CAME_BACK, now - 4 * CAME_BACK,
    )  # fmt: skip


async def newest_mails(most: int = 50) -> list[Notice]:
    return await (
        Notice.objects().where(Notice.channel == Channel.MAIL.value)
        .order_by(Notice.created_at, ascending=False).limit(most).output(load_json=True)
    )  # fmt: skip


async def all_sent(ids: list[UUID]) -> None:
    await Notice.raw("UPDATE notice SET sent_at = now() WHERE id = ANY({}::uuid[])", ids)


async def later(ids: list[UUID], pause: timedelta = SERVER_AWAY) -> None:
    """The other side is away: nobody's fault, so it does not count as a try. After three days it is given up."""
    await Notice.raw(
        "UPDATE notice SET due_at = now() + {}::interval,"
        " given_up_at = CASE WHEN created_at < now() - {}::interval THEN now() END WHERE id = ANY({}::uuid[])",
        pause, GIVE_UP_AFTER, ids,
    )  # fmt: skip


async def refused(notice: Notice, for_good: bool) -> None:
    """This one was not taken: try again with growing pauses, or never."""
    if for_good:
        await Notice.update({Notice.given_up_at: datetime.now(UTC)}).where(Notice.id == notice.id)
        return
    await Notice.update({Notice.tries: Notice.tries + 1}).where(Notice.id == notice.id)
    await later([notice.id], min(timedelta(minutes=2) * 2 ** min(notice.tries, 10), LONGEST_PAUSE))

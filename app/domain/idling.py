"""Accounts that nobody uses: asked four times, closed, and after two more weeks erased; one press and they stay.

Days are counted from the last time its person did something. Nobody is closed sooner than a month after the first
letter, however long the scheduler slept; whoever pays, or paid for what they still have, is left alone.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from app import db, retention
from app.domain import leaving, notices, staying
from app.domain.settling import PLAN_LIFE
from app.domain.sweeping import braked
from app.domain.withheld import Why
from app.domain.withholding import withhold
from app.models import Account, IdleNotice
from app.models.ids import uuid7

logger = logging.getLogger(__name__)

# Whoever works here, paid for credits that are left, pays for a plan, or is on the way out already is not asked.
MAY_LIE_IDLE = """
    withheld_at IS NULL AND email <> '' AND role = 'creator' AND NOT EXISTS (
        SELECT 1 FROM credit_lot l WHERE l.owner = account.id AND l.reason = 'purchase' AND l.remaining > 0
        AND (l.expires_at IS NULL OR l.expires_at > now())
    ) AND NOT EXISTS (
        SELECT 1 FROM payment p WHERE p.owner = account.id AND p.kind = 'plan' AND p.status = 'paid' AND p.paid_at > {}
    )
"""


async def sweep(now: datetime | None = None) -> None:
    """Each night. Run twice, it does nothing the second time."""
    now = now or datetime.now(UTC)
    await _ask(now)
    await _close(now)
    await _erase(now)


async def _ask(now: datetime) -> None:
    """One letter for each day of the list, each once for every time somebody falls silent."""
    limits = retention.limits().inactivity
    first = limits.notice_days[0]
    for each in await _idle(now, first):
        told = await _told(each)
        number = len(told)
        if number == len(limits.notice_days):
            continue
        due = limits.notice_days[number]
        silent, since_first = now - each["last_active_at"], now - told[0] if told else timedelta()
        if silent < timedelta(days=due) or (told and since_first < timedelta(days=due - first)):
            continue
        await _tell(each, due, now, (told[0] if told else now) + timedelta(days=limits.days - first))


async def _tell(account: dict[str, Any], day: int, now: datetime, end: datetime) -> None:
    async with db.transaction():
        rows = await IdleNotice.raw(
            "INSERT INTO idle_notice (id, account, since, day, told_at) VALUES ({}, {}, {}, {}, {})"
            " ON CONFLICT DO NOTHING RETURNING id",
            uuid7(), account["id"], account["last_active_at"], day, now,
        )  # fmt: skip
        if rows:
            stay = staying.token_of(account["id"], account["last_active_at"])
            await notices.tell(account["id"], "privacy.inactive", end_at=end.isoformat(), stay=stay)


async def _close(now: datetime) -> None:
    limits = retention.limits().inactivity
    wait = timedelta(days=limits.days - limits.notice_days[0])
    due = []
    for each in await _idle(now, limits.days):
        told = await _told(each)
        if len(told) == len(limits.notice_days) and now - told[0] >= wait:
            due.append(each["id"])
    if await braked("idle accounts", len(due), await Account.count().where(Account.email != "")):
        return
    for account_id in due:
        await withhold(account_id, Why.IDLE, now)
        logger.info("closed account %s, which lay idle", account_id)


async def _erase(now: datetime) -> None:
    over = now - timedelta(days=retention.limits().inactivity.grace_days)
    rows = await Account.select(Account.id).where(Account.withheld_why == Why.IDLE, Account.withheld_at <= over)
    for row in rows:
        await leaving.begin(row["id"])


async def _idle(now: datetime, days: int) -> list[dict[str, Any]]:
    return await Account.raw(
        f"SELECT id, last_active_at FROM account WHERE last_active_at <= {{}} AND {MAY_LIE_IDLE}",  # noqa: S608
        now - timedelta(days=days), now - PLAN_LIFE,
    )  # fmt: skip


async def _told(account: dict[str, Any]) -> list[datetime]:
    return await (
        IdleNotice.select(IdleNotice.told_at)
        .where(IdleNotice.account == account["id"], IdleNotice.since == account["last_active_at"])
        .order_by(IdleNotice.told_at).output(as_list=True)
    )  # fmt: skip

"""Data that is kept and not used: one word on the account, read by everything that shows or makes.

A person may ask for it, an idle account comes to it, and whoever leaves passes through it. It hides all at once,
however much there is, and is taken back as quickly.
"""

from datetime import UTC, datetime
from uuid import UUID

from app import db
from app.domain import audit
from app.domain import generation as generations
from app.domain.withheld import Why
from app.models import Account, Creation
from app.realtime import bus
from app.realtime.events import CreationWithdrawn

MOST_ANNOUNCED = 1000
"The newest are what stands on open pages; older ones are gone at the next look."


async def withhold(account_id: UUID, why: Why, now: datetime | None = None) -> None:
    """From now on nobody but its owner sees anything of it, and nothing is made. Leaving goes before all else."""
    async with db.transaction():
        rows = await Account.raw(
            "UPDATE account SET withheld_at = {}, withheld_why = {} WHERE id = {}"
            " AND withheld_why <> {} AND (withheld_at IS NULL OR {} = 'leaving') RETURNING id",
            now or datetime.now(UTC), why, account_id, why, why,
        )  # fmt: skip
        if rows:
            await audit.note(account_id, "account.withhold", str(account_id), why=why)
    if not rows:
        return
    for unfinished in await generations.unfinished_of(account_id):
        await generations.cancel(unfinished.id, account_id)
    await _announce(account_id)


async def release(account_id: UUID, why: Why) -> bool:
    """Only what was withheld for this reason; a person who leaves is not held up by having been idle."""
    async with db.transaction():
        rows = await Account.raw(
            "UPDATE account SET withheld_at = NULL, withheld_why = '' WHERE id = {} AND withheld_why = {} RETURNING id",
            account_id, why,
        )  # fmt: skip
        if rows:
            await audit.note(account_id, "account.release", str(account_id), why=why)
    return bool(rows)


async def _announce(account_id: UUID) -> None:
    rows = await (
        Creation.select(Creation.id).where(Creation.owner == account_id, Creation.published_at.is_not_null())
        .order_by(Creation.published_at, ascending=False).limit(MOST_ANNOUNCED)
    )  # fmt: skip
    await bus.publish_all(*[(bus.EXPLORE, CreationWithdrawn(row["id"])) for row in rows])

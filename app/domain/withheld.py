"""Whether somebody's data may be used at all: asked by whatever shows or makes. The verbs are in withholding.py."""

from enum import StrEnum
from uuid import UUID

from app.errors import N_, Refused
from app.models import Account


class Why(StrEnum):
    RESTRICTED = "restricted"
    IDLE = "idle"
    CHILD = "child"
    LEAVING = "leaving"


async def is_withheld(account_id: UUID) -> bool:
    return await Account.exists().where(Account.id == account_id, Account.withheld_at.is_not_null())


async def must_be_in_use(account_id: UUID) -> None:
    if await is_withheld(account_id):
        raise Refused(
            N_("Your data is kept and not used, as you asked. End that in the privacy centre to make things again.")
        )

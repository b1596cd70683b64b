"""An account that turned out to be a child's: one press of staff, and it is gone as if its person had left."""

from uuid import UUID

from app import db
from app.domain import audit, cases, leaving
from app.errors import N_, Invalid, NotFound
from app.models import Account
from app.roles import is_staff


async def close(handle: str, moderator_id: UUID, case_id: UUID, *, sure: bool) -> None:
    """Hidden and signed out now, erased by housekeeping. Who did it is noted first: an erased account tells nobody."""
    case = await cases.get(case_id)
    if case.kind != "child":
        raise NotFound
    account = await Account.objects().get(Account.handle == handle.strip().removeprefix("@"))
    if account is None or not account.email:
        raise Invalid(N_("There is no such account."), field="handle")
    if is_staff(account.role):
        raise Invalid(N_("This account belongs to the staff."), field="handle")
    if not sure:
        raise Invalid(N_("Tick that you are sure; there is no way back."), field="sure")
    async with db.transaction():
        await audit.note(moderator_id, "account.child", str(account.id), case=str(case.number))
        await cases.say(case_id, "note", f"Account {account.id} was closed: a child's.", moderator_id)
    await leaving.begin(account.id)

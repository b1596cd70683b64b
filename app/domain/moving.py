"""From one way of proving who one is to the other, and back. People and their work stay where they are."""

from uuid import UUID

from app import db
from app.clerk import api
from app.domain import accounts, notices, vouched
from app.errors import Conflict
from app.models import Account, Identity


async def to_clerk() -> tuple[int, int]:
    """Link whoever Clerk knows by a verified address of ours. Everybody else is linked when they first come in by it:
    nobody is handed to Clerk unasked. Returns how many were linked, and how many are not yet."""
    linked = 0
    async for user in api.users():
        linked += await _link(user)
    return linked, await _strangers()


async def _link(user: api.User) -> bool:
    if not user.email or await vouched.by_id(user.id):
        return False
    account = await accounts.by_email(user.email)
    if account is None:
        return False
    try:
        await vouched.link(account, user)
    except Conflict:
        return False
    return True


async def _strangers() -> int:
    known = Identity.select(Identity.account).where(Identity.provider == vouched.CLERK)
    return int(await Account.count().where(Account.email != "", Account.id.not_in(known)))


async def to_local() -> int:
    """A letter to everybody who has no password, with the way to one. Clerk's ids stay, so that there is a way back.
    Returns how many letters."""
    rows = await Identity.select(Identity.account).where(Identity.provider == accounts.LOCAL, Identity.secret == "")
    known = await Identity.select(Identity.account).where(Identity.provider == vouched.CLERK).output(as_list=True)
    people = [row["account"] for row in rows if row["account"] in set(known)]
    for account_id in people:
        await _tell(account_id)
    return len(people)


async def _tell(account_id: UUID) -> None:
    account = await accounts.get(account_id)
    async with db.transaction():
        await notices.write_to(account.email, "account.moved", account.language)

"""People for whom Clerk vouches: found again by its id, or the first time by an address that it has verified.

An address that nobody has verified is worth nothing: whoever types yours would be you.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from app import db
from app.clerk import api
from app.domain import accounts, audit, notices, publishing, sessions, switches
from app.errors import N_, Conflict, Invalid, NoRoom, NotFound, Refused
from app.models import Account, ApiKey, Authenticator, Errand, Identity, Letter, Passkey, RecoveryCode, Webhook

logger = logging.getLogger(__name__)

CLERK = "clerk"
WAYS_IN = (Passkey, Authenticator, RecoveryCode, ApiKey, Webhook, Letter)


async def by_id(user_id: str) -> Account | None:
    identity = await Identity.objects().get((Identity.provider == CLERK) & (Identity.subject == user_id))
    return await accounts.get(identity.account) if identity else None


async def recognise(user_id: str) -> Account | None:
    """Whose account it is; None for whoever has none here yet."""
    if account := await by_id(user_id):
        return account
    if await Errand.exists().where(Errand.processor == "Clerk", Errand.subject == user_id):
        raise Refused(N_("This account is being erased. Give it a few minutes, then sign up anew."))
    user = await told(user_id)
    account = await accounts.by_email(user.email) if user.email else None
    if account:
        await link(account, user)
    return account


async def told(user_id: str) -> api.User:
    user = await api.user(user_id)
    if user is None:
        raise NotFound
    return user


async def link(account: Account, user: api.User) -> None:
    """From now on Clerk opens this account and nothing else does: whoever had made it with an address that was not
    theirs is out, and its owner is told."""
    now = datetime.now(UTC)
    try:
        async with db.transaction():
            if await Identity.exists().where(Identity.account == account.id, Identity.provider == CLERK):
                raise Conflict(N_("Somebody else signs in to the account with this address. Please write to us."))
            await _insert(account.id, user)
            await Identity.update({Identity.secret: ""}).where(Identity.account == account.id)
            for table in WAYS_IN:
                await table.delete().where(table.account == account.id)
            ended = await sessions.end_all(account.id)
            await notices.tell(account.id, "security.clerk", time_at=now.isoformat())
            await audit.note(account.id, "identity.linked", str(account.id))
    except asyncpg.UniqueViolationError:
        return  # at the same moment, from another tab
    await sessions.announce_ended(account.id, ended)


async def arrive(user_id: str, name: str, visibility: str, language: str) -> Account:
    """Somebody new, who is old enough and has chosen. The address is the one that Clerk has verified."""
    await switches.must_be_on("sign-ups")
    name = accounts.clean_name(name)
    publishing.check(visibility, "default_visibility")
    user = await told(user_id)
    if not user.email:
        raise Invalid(N_("Confirm your e-mail address at Clerk first, then come back."))
    who = accounts.Newcomer(name, accounts.clean_email(user.email), "", visibility, language)
    try:
        async with db.transaction():
            account = await accounts.insert(who)
            await _insert(account.id, user)
    except asyncpg.UniqueViolationError:
        raise Conflict(N_("This address cannot be used. If it is yours, sign in instead.")) from None
    return account


async def end_there(sessions: Iterable[str]) -> None:
    """Signed out here is signed out there too, or the next press on a button would come in again unasked. Clerk's
    silence keeps nobody from going."""
    for session in filter(None, sessions):
        try:
            await api.end(session)
        except NoRoom:
            logger.warning("a session at Clerk was not ended")


async def _insert(account_id: UUID, user: api.User) -> None:
    """Call inside a transaction."""
    await Identity.insert(
        Identity(account=account_id, provider=CLERK, subject=user.id, secret="", told_at=user.changed_at)
    )

"""Keys with which programs speak for a person: made, shown once, known by their hash, let go."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import db, secret
from app.domain import accounts, sessions
from app.domain.words import line
from app.errors import N_, Conflict, Invalid, NotFound, NotSignedIn
from app.models import Account, ApiKey

SCOPES = {
    "read": N_("See what you have made and brought, your account and your credits"),
    "create": N_("Make pictures and songs with your credits, bring and delete uploads"),
    "library": N_("Name, show, hide, share, like and delete what you have made"),
    "account": N_("Change how you are called and what you prefer"),
    "webhooks": N_("Give addresses that are told when your work ends"),
}
READ = "read"
DAYS = (0, 30, 90, 365)
NAME_LENGTH = 80
MOST = 25
PREFIX = "qia_"
"So that whoever finds a key in a file knows what it is."
NOTED = timedelta(minutes=1)
"How exactly it is kept when a key was last used."
NOT_THIS = N_("This key may not do that. Its scopes were chosen when it was made.")
UNKNOWN = N_("This key is unknown, expired or revoked.")


async def create(
    account_id: UUID, name: str, scopes: set[str], days: int = 0, life: timedelta | None = None
) -> tuple[ApiKey, str]:
    """The row, and the key itself, which nobody can show a second time. 0 days: until it is revoked."""
    name = line(name, "name", NAME_LENGTH, N_("Give it a name, so that you know it again."))
    if not scopes or not scopes <= set(SCOPES):
        raise Invalid(N_("Choose what it may do."), field="scopes")
    if days not in DAYS:
        raise Invalid(N_("This is not one of the choices."), field="days")
    token, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    life = life or (timedelta(days=days) if days else None)
    key = ApiKey(
        account=account_id, name=name, scopes=" ".join(sorted(scopes)), token_sha256=secret.hash_of(token),
        hint=token[-4:], created_at=now, expires_at=now + life if life else None,
    )  # fmt: skip
    async with db.transaction():
        await accounts.lock(account_id)
        await ApiKey.delete().where(ApiKey.account == account_id, ApiKey.expires_at < now)
        if await ApiKey.count().where(ApiKey.account == account_id) >= MOST:
            raise Conflict(N_("You have {limit} keys already. Revoke one that you do not need."), limit=MOST)
        await ApiKey.insert(key)
    return key, token


async def list_own(account_id: UUID) -> list[ApiKey]:
    return await ApiKey.objects().where(ApiKey.account == account_id).order_by(ApiKey.created_at, ascending=False)


async def revoke(key_id: UUID, account_id: UUID) -> None:
    """At once: whatever it opened is closed."""
    rows = await ApiKey.delete().where(ApiKey.id == key_id, ApiKey.account == account_id).returning(ApiKey.id)
    if not rows:
        raise NotFound
    await sessions.announce_ended(account_id, [key_id])


async def holder(token: str) -> tuple[ApiKey, Account]:
    """Whom a key speaks for. NotSignedIn for anything forged, expired or revoked."""
    if not token.startswith(PREFIX) or len(token) > 100:
        raise NotSignedIn(UNKNOWN)
    now = datetime.now(UTC)
    key = await ApiKey.objects().get(ApiKey.token_sha256 == secret.hash_of(token))
    if key is None or (key.expires_at and key.expires_at <= now):
        raise NotSignedIn(UNKNOWN)
    if key.last_used_at is None or now - key.last_used_at > NOTED:
        await ApiKey.update({ApiKey.last_used_at: now}).where(ApiKey.id == key.id)
    return key, await accounts.get(key.account)

"""That somebody is there: noted when they do something, and by the one press of a letter that asks."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app import secret
from app.domain.withheld import Why
from app.domain.withholding import release
from app.errors import NotFound
from app.models import Account, ids

OFTEN_ENOUGH = timedelta(hours=1)
"A row is not written for every page."


async def touch(account: Account) -> None:
    """Call with whoever does something. An account that was closed for lying idle is open again."""
    now = datetime.now(UTC)
    if now - account.last_active_at < OFTEN_ENOUGH and account.withheld_why != Why.IDLE:
        return
    await note(account.id, now)


async def note(account_id: UUID, now: datetime) -> None:
    await Account.update({Account.last_active_at: now}).where(Account.id == account_id, Account.last_active_at < now)
    await release(account_id, Why.IDLE)


def token_of(account_id: UUID, since: datetime) -> str:
    """Good for this silence only, and for nothing but ending it."""
    return f"{account_id}.{_seal(account_id, since)}"


async def stay(token: str) -> None:
    text, _, seal = token.partition(".")
    account = await Account.objects().get(Account.id == ids.read(text))
    if account is None or not hmac.compare_digest(seal, _seal(account.id, account.last_active_at)):
        raise NotFound
    await note(account.id, datetime.now(UTC))


def _seal(account_id: UUID, since: datetime) -> str:
    said = f"stay:{account_id}:{since.astimezone(UTC).isoformat()}"
    return hmac.new(secret.key(), said.encode(), sha256).hexdigest()

"""Addresses that a person gives us, to be told when their work ends: made, tried, switched, let go."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import db, secret, strangers, webhook_signing
from app.domain import accounts
from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Delivery, Webhook

EVENTS = {
    "generation.succeeded": N_("Something you asked for is finished"),
    "generation.failed": N_("It did not work; the credits are back"),
    "generation.canceled": N_("You ended it"),
}
TEST = "test"
BOTH = timedelta(hours=24)
"How long the secret before signs beside a new one."
NO_FORMER: dict[Any, Any] = {Webhook.former_secret: "", Webhook.former_until: None}
MOST = 10
SHOWN = 5


async def create(account_id: UUID, url: str, events: set[str]) -> tuple[Webhook, str]:
    """The row, and the secret, which nobody is shown a second time."""
    url, events_, shown = strangers.check(url), _checked(events), _new_secret()
    hook = Webhook(
        account=account_id, url=url, events=events_, secret=secret.locked(shown), created_at=datetime.now(UTC)
    )
    async with db.transaction():
        await accounts.lock(account_id)
        if await Webhook.count().where(Webhook.account == account_id) >= MOST:
            raise Conflict(N_("You have {limit} addresses already. Remove one that you do not need."), limit=MOST)
        await Webhook.insert(hook)
    return hook, shown


async def change(
    hook_id: UUID, account_id: UUID, url: str | None = None, events: set[str] | None = None, on: bool | None = None
) -> Webhook:
    """What is None stays as it is. Switched on again, it is told what waited meanwhile."""
    changes: dict[Any, Any] = {}
    if url is not None:
        changes[Webhook.url] = strangers.check(url)
    if events is not None:
        changes[Webhook.events] = _checked(events)
    if on is not None:
        changes[Webhook.off_at] = None if on else datetime.now(UTC)
    await get_own(hook_id, account_id)
    if changes:
        await Webhook.update(changes).where(_own(hook_id, account_id))
    return await get_own(hook_id, account_id)


async def renew(hook_id: UUID, account_id: UUID, at_once: bool = False) -> str:
    """Another secret. The one before signs as well for a day, unless somebody else may know it: then at once."""
    shown = _new_secret()
    rows = await Webhook.raw(
        "UPDATE webhook SET secret = {}, former_secret = CASE WHEN {} THEN '' ELSE secret END,"
        " former_until = {}::timestamptz WHERE id = {} AND account = {} RETURNING id",
        secret.locked(shown), at_once, None if at_once else datetime.now(UTC) + BOTH, hook_id, account_id,
    )  # fmt: skip
    if not rows:
        raise NotFound
    return shown


async def end_former(hook_id: UUID, account_id: UUID) -> None:
    """The programs know the new secret; or the old one is in wrong hands."""
    if not await Webhook.update(NO_FORMER).where(_own(hook_id, account_id)).returning(Webhook.id):
        raise NotFound


async def forget_former() -> None:
    await Webhook.update(NO_FORMER).where(Webhook.former_until < datetime.now(UTC))


def secrets_of(hook: Webhook) -> list[str]:
    """Those that sign now, the newest first."""
    both = hook.former_until is not None and datetime.now(UTC) < hook.former_until
    return [secret.unlocked(each) for each in ([hook.secret, hook.former_secret] if both else [hook.secret])]


async def remove(hook_id: UUID, account_id: UUID) -> None:
    if not await Webhook.delete().where(_own(hook_id, account_id)).returning(Webhook.id):
        raise NotFound


async def try_out(hook_id: UUID, account_id: UUID) -> Delivery:
    """Tried once, soon, also while it is switched off: to see whether the other side understands us."""
    hook, now = await get_own(hook_id, account_id), datetime.now(UTC)
    delivery = Delivery(webhook=hook.id, event=TEST, created_at=now, due_at=now)
    await Delivery.insert(delivery)
    return delivery


async def get_own(hook_id: UUID, account_id: UUID) -> Webhook:
    hook = await Webhook.objects().get(_own(hook_id, account_id))
    if hook is None:
        raise NotFound
    return hook


async def list_own(account_id: UUID) -> list[Webhook]:
    return await Webhook.objects().where(Webhook.account == account_id).order_by(Webhook.created_at, ascending=False)


async def newest(hook_id: UUID, most: int = SHOWN) -> list[Delivery]:
    """What it was told lately. Ask only for one that is one's own."""
    return await (
        Delivery.objects().where(Delivery.webhook == hook_id)
        .order_by(Delivery.created_at, Delivery.id, ascending=False).limit(most)
    )  # fmt: skip


async def tell(account_id: UUID, event: str, generation_id: UUID) -> None:
    """Call inside the transaction of what is told: a row for each address that wants to know."""
    await Delivery.raw(
        "INSERT INTO delivery (id, webhook, event, generation)"
        " SELECT gen_random_uuid(), id, {}::varchar, {}::uuid FROM webhook"
        " WHERE account = {} AND off_at IS NULL AND {}::varchar = ANY(string_to_array(events, ' '))",
        event, generation_id, account_id, event,
    )  # fmt: skip


def _checked(events: set[str]) -> str:
    if not events or not events <= set(EVENTS):
        raise Invalid(N_("Choose what it is told."), field="events")
    return " ".join(sorted(events))


def _new_secret() -> str:
    return webhook_signing.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _own(hook_id: UUID, account_id: UUID) -> Any:
    return (Webhook.id == hook_id) & (Webhook.account == account_id)

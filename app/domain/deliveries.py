"""What people's own addresses are told, signed as the Standard Webhooks ask. The row is the work; a claim is a lease.

Whoever does not answer is asked again for more than a day, ever more slowly, and is then switched off.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.fernet import InvalidToken

from app import db, settings, strangers, webhook_signing
from app.domain import hooks, notices
from app.models import Delivery, Webhook

logger = logging.getLogger(__name__)

AT_ONCE = 20
LEASE = timedelta(minutes=1)
PAUSES = [timedelta(seconds=5), *(timedelta(minutes=each) for each in (5, 30, 120, 300, 600, 600))]
"As the Standard Webhooks advise: eight tries in a little more than a day."
GONE = 410


async def run() -> int:
    """Everything that is due. Returns how much was taken."""
    taken = 0
    while claimed := await _claim():
        taken += sum(await asyncio.gather(*map(_send, claimed)))
    return taken


async def _claim() -> list[Delivery]:
    """The oldest of each address: one that is slow, or is told very much, keeps no other waiting."""
    rows = await Delivery.raw(
        "UPDATE delivery SET due_at = now() + {}::interval WHERE id IN (SELECT id FROM delivery WHERE id IN ("
        "SELECT DISTINCT ON (waiting.webhook) waiting.id FROM delivery waiting"
        " JOIN webhook hook ON hook.id = waiting.webhook JOIN account person ON person.id = hook.account"
        " WHERE waiting.delivered_at IS NULL AND waiting.given_up_at IS NULL AND waiting.due_at <= now()"
        " AND (hook.off_at IS NULL OR waiting.event = {}) AND person.withheld_at IS NULL"
        " ORDER BY waiting.webhook, waiting.created_at, waiting.id)"
        " AND due_at <= now() ORDER BY due_at LIMIT {} FOR UPDATE SKIP LOCKED) RETURNING id",
        LEASE, hooks.TEST, AT_ONCE,
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    return await Delivery.objects().where(Delivery.id.is_in(ids)) if ids else []


async def _send(delivery: Delivery) -> bool:
    hook = await Webhook.objects().get(Webhook.id == delivery.webhook)
    if hook is None:
        return False  # removed a moment ago, and its rows with it
    status, trouble, body = 0, "", told(delivery)
    try:
        status = await strangers.post(
            hook.url, body, webhook_signing.headers(str(delivery.id), body, *hooks.secrets_of(hook))
        )
    except strangers.NoAnswer as error:
        trouble = str(error)
    except InvalidToken:
        logger.error("the secret of webhook %s cannot be unlocked: was SECRET_KEY changed?", hook.id)
        status = GONE
    await _keep(hook, delivery, status, trouble)
    return 200 <= status < 300


async def _keep(hook: Webhook, delivery: Delivery, status: int, trouble: str) -> None:
    now, tries = datetime.now(UTC), delivery.tries + 1
    taken, over = 200 <= status < 300, delivery.event == hooks.TEST or tries > len(PAUSES) or status == GONE
    async with db.transaction():
        await Delivery.update({
            Delivery.tries: tries, Delivery.status: status, Delivery.trouble: trouble,
            Delivery.delivered_at: now if taken else None, Delivery.given_up_at: now if over and not taken else None,
            Delivery.due_at: now if taken or over else now + PAUSES[tries - 1],
        }).where(Delivery.id == delivery.id)  # fmt: skip
        if over and not taken and delivery.event != hooks.TEST:
            await _switch_off(hook, now)


async def _switch_off(hook: Webhook, now: datetime) -> None:
    """Call inside a transaction. Its person is told once, however much was given up."""
    rows = await (
        Webhook.update({Webhook.off_at: now}).where(Webhook.id == hook.id, Webhook.off_at.is_null())
        .returning(Webhook.id)
    )  # fmt: skip
    if rows:
        await notices.tell(hook.account, "webhook.off", host=strangers.host_of(hook.url))
        logger.info("webhook %s was switched off: nobody answers", hook.id)


def told(delivery: Delivery) -> bytes:
    """The same at every try. Ids and addresses only: what was made is fetched with a key, with its person's rights."""
    base, found = settings.get().base_url, delivery.generation
    what = {"id": found, "url": f"{base}/g/{found}", "api": f"{base}/api/v1/generations/{found}"} if found else {}
    status = {"status": delivery.event.partition(".")[2]} if found else {}
    return msgspec.json.encode(
        {"type": delivery.event, "timestamp": delivery.created_at.astimezone(UTC), "data": what | status}
    )

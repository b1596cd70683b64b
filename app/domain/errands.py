"""What somebody outside has to forget as well when a person leaves: asked again until there is a receipt.

A processor is a way to find who the person is over there, and a way to ask. Asking is safe to repeat: whoever is gone
already answers 404, and that is a receipt too.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app import google, outbound, settings
from app.clerk import addresses, api
from app.domain import measuring, vouched
from app.models import Errand, Identity, Spending

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=6)


class Processor(NamedTuple):
    find: Callable[[UUID], Awaitable[list[str]]]
    "Who the person is over there, by each name; none where they are unknown."
    forget: Callable[[outbound.Client, str], Awaitable[outbound.Answer]]
    gone: tuple[int, ...] = (404, 410)
    "Answers that say: nobody of that name is here any more."


async def _customer_of(account_id: UUID) -> list[str]:
    found = await Spending.objects().get(Spending.owner == account_id)
    return [found.customer] if found and found.customer else []


async def _forget_customer(client: outbound.Client, customer: str) -> outbound.Answer:
    """Ends subscriptions and takes name, address and cards away; what was paid stays there by law, as it does here."""
    address = settings.get().stripe_api_url or "https://api.stripe.com"
    return await client.delete(f"{address}/v1/customers/{customer}", auth=(settings.get().stripe_secret_key, ""))


async def _user_of(account_id: UUID) -> list[str]:
    """Nobody, in a studio that no longer has Clerk's keys: it could not ask."""
    identity = await Identity.objects().get((Identity.account == account_id) & (Identity.provider == vouched.CLERK))
    return [identity.subject] if identity and settings.get().by_clerk else []


async def _forget_user(client: outbound.Client, user: str) -> outbound.Answer:
    return await client.delete(addresses.api(f"users/{user}"), headers=api.key())


PROCESSORS = {
    "Stripe": Processor(_customer_of, _forget_customer),
    "Clerk": Processor(_user_of, _forget_user),
    # Google answers 404 for a property that is none, and takes a client that it never saw for one to be erased.
    "Google Analytics": Processor(measuring.clients_of, google.forget, gone=()),
}
"By the name that processors.toml gives them."


async def prepare(leaving_id: UUID, account_id: UUID) -> None:
    """Call inside the transaction that begins the leaving, while it is still known who the person is elsewhere."""
    now = datetime.now(UTC)
    for name, processor in PROCESSORS.items():
        for subject in await processor.find(account_id):
            await Errand.insert(Errand(leaving=leaving_id, processor=name, subject=subject, asked_at=now, next_at=now))


async def turn_away(user: str) -> None:
    """Somebody who may not come in here, and is known at Clerk only, is to be known there no longer."""
    now = datetime.now(UTC)
    if not await Errand.exists().where(Errand.processor == "Clerk", Errand.subject == user):
        await Errand.insert(Errand(processor="Clerk", subject=user, asked_at=now, next_at=now))


async def run(now: datetime | None = None) -> int:
    """Ask about all that is due. Whoever is away is asked again, ever more slowly. Returns how many have a receipt."""
    now = now or datetime.now(UTC)
    due = await Errand.objects().where(Errand.done_at.is_null(), Errand.next_at <= now)
    if not due:
        return 0
    async with outbound.client() as client:
        return sum([await _ask(client, errand, now) for errand in due])


async def _ask(client: outbound.Client, errand: Errand, now: datetime) -> bool:
    processor = PROCESSORS[errand.processor]
    try:
        answer = await processor.forget(client, errand.subject)
    except outbound.Unreachable as error:
        said = type(error).__name__
    else:
        said = f"{answer.status_code}"
        if answer.is_success or answer.status_code in processor.gone:
            receipt = f"{said} {answer.headers.get('request-id', '')}".strip()
            await Errand.update({
                Errand.receipt: receipt[:400], Errand.done_at: now, Errand.subject: "",
            }).where(Errand.id == errand.id)  # fmt: skip
            return True
    logger.warning("errand %s at %s: %s", errand.id, errand.processor, said)
    wait = min(timedelta(minutes=2**errand.tries), LONGEST_WAIT)
    await Errand.update({Errand.tries: min(errand.tries + 1, 20), Errand.next_at: now + wait}).where(
        Errand.id == errand.id
    )
    return False

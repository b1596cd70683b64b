"""Stripe, and the only module that knows its SDK: loaded when it is first needed, for it is large and often is not."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from app import outbound, settings
from app.errors import N_, Conflict, Invalid, NoRoom

logger = logging.getLogger(__name__)

VERSION = "2026-10-28.endive"
"Pinned: what Stripe sends and takes changes between versions, also for webhooks (set the same one there)."
TOLERANCE = 300
"A webhook signed more seconds ago is too old."


def configured() -> bool:
    return bool(settings.get().stripe_secret_key)


def live() -> bool:
    """Whether money is real. A restricted key says so as well as a secret one."""
    return settings.get().stripe_secret_key.startswith(("sk_live_", "rk_live_"))


@cache
def api() -> Any:
    """Every call through app.outbound. What may be tried again carries a key, so that it happens once."""
    import stripe

    class Outbound(stripe.HTTPXClient):
        def __init__(self) -> None:
            super().__init__(timeout=outbound.PATIENCE)
            self._client_async = _outbound()

    address = settings.get().stripe_api_url
    client = stripe.StripeClient(
        settings.get().stripe_secret_key,
        stripe_version=VERSION,
        base_addresses={"api": address} if address else {},
        http_client=Outbound(),
        max_network_retries=2,
    )
    return client.v1


async def close() -> None:
    if api.cache_info().currsize:
        await _outbound().aclose()
        _outbound.cache_clear()
        api.cache_clear()


@cache
def _outbound() -> Any:
    return outbound.client()


@asynccontextmanager
async def sentences() -> AsyncIterator[None]:
    """What Stripe says when it refuses, in our words; its own go to the log, for they may name people."""
    import stripe

    try:
        yield
    except stripe.CardError as error:
        raise Invalid(N_("The card was not accepted. Nothing was charged."), code=str(error.code)) from None
    except stripe.IdempotencyError:
        raise Conflict(N_("This was begun with other choices. Reload the page and begin again.")) from None
    except stripe.StripeError as error:
        logger.error("Stripe: %s %s", type(error).__name__, error.code or error.http_status or "")
        raise NoRoom(N_("The payment service does not answer. Nothing was charged; please try again later.")) from None


def event(body: bytes, signature: str) -> Any:
    """What was sent to us, if Stripe signed it lately and for money of our kind; None for anything else."""
    import stripe

    try:
        # Signed over the very bytes. Text that is not UTF-8 or JSON was not sent by Stripe.
        sent = stripe.Webhook.construct_event(body, signature, settings.get().stripe_webhook_secret, TOLERANCE, "none")
    except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError):
        return None
    return sent if getattr(sent, "livemode", None) is live() else None

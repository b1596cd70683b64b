"""Housekeeping's duties about money: hear what Stripe has to tell, charge the cards of those who chose so."""

import logging
from typing import Any

from arq import cron

from app import stripe_api
from app.domain import settling, topping_up

logger = logging.getLogger(__name__)


async def reconcile(ctx: dict[str, Any]) -> None:
    if stripe_api.configured():
        async with stripe_api.sentences():
            await settling.reconcile()


async def top_up(ctx: dict[str, Any]) -> None:
    if stripe_api.configured():
        charged = await topping_up.top_up()
        if charged:
            logger.info("charged %d cards whose owners chose so", charged)


async def close_till() -> None:
    await stripe_api.close()


DUTIES = [cron(reconcile, minute=set(range(2, 60, 5)), unique=True), cron(top_up, second=30, unique=True)]

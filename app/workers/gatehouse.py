"""Housekeeping's duties about people for whom Clerk vouches: none where nobody is vouched for."""

import logging
from typing import Any

from arq import cron

from app import settings
from app.domain import clerk_news
from app.errors import NoRoom

logger = logging.getLogger(__name__)


async def look_after_sessions(ctx: dict[str, Any]) -> None:
    if settings.get().by_clerk:
        over = await clerk_news.look_after_sessions()
        if over:
            logger.info("%d sessions ended at Clerk ended here too", over)


async def reconcile(ctx: dict[str, Any]) -> None:
    if not settings.get().by_clerk:
        return
    await clerk_news.forget_messages()
    try:
        changed, gone = await clerk_news.reconcile()
    except NoRoom:
        return  # it is in the log, and there is another night
    logger.info("compared with Clerk: %d had changed, %d are gone", changed, gone)


DUTIES = [
    cron(look_after_sessions, second={12, 42}, unique=True),
    cron(reconcile, hour=2, minute=10, unique=True, timeout=3600),
]

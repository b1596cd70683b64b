"""A mail of ours came back: its person is told here, where they can still read it.

Anybody can write such a report. It counts if it names a mail that we sent within the last days, which nobody but its
receiver can name, and the address that it went to.
"""

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from app import settings
from app.domain import outbox
from app.models import Channel, Notice, ids
from app.returned_mail import Returned

logger = logging.getLogger(__name__)

LATE = timedelta(days=14)
"Servers try for five days as a rule."


async def take(returned: Returned) -> None:
    for notice in await _ours(returned.message_ids):
        [to] = (await outbox.receivers_of([notice])).values()
        if to.address.lower() in returned.addresses:
            await outbox.came_back(notice.id)
            await outbox.unreachable(to.address)
            logger.info("the mail %s came back", notice.id)


async def _ours(message_ids: list[str]) -> list[Notice]:
    names = [name.rpartition("@") for name in message_ids]
    host = urlsplit(settings.get().base_url).hostname
    named = [ids.read(name.partition(".")[0]) for name, _, at in names if at == host]
    wanted: list[UUID] = [each for each in named if each]
    if not wanted:
        return []
    return await Notice.objects().where(
        Notice.id.is_in(wanted), Notice.channel == Channel.MAIL.value, Notice.sent_at > datetime.now(UTC) - LATE
    )

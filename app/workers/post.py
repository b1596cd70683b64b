"""Housekeeping's post: mails to the mail server, a word to open pages. Devices have workers/knocker."""

import asyncio
import logging
import time

import aiosmtplib

from app import mail, settings
from app.domain import notices, outbox
from app.models import Channel, Notice

logger = logging.getLogger(__name__)

LINES = 4
"Connections to the mail server at the same time."
BATCH = 25
# Half of the lease: a slow server must not make two of us send the same.
LONGEST = outbox.LEASE.total_seconds() / 2
AWAY = (OSError, TimeoutError, aiosmtplib.SMTPServerDisconnected)


async def deliver() -> None:
    """Everything that is due. Called every two seconds; with nothing to do it costs two small questions."""
    await _tell_pages()
    if mail.server() or settings.get().is_local:
        await asyncio.gather(*(_send_mails() for _ in range(LINES)))


async def _tell_pages() -> None:
    """The row is in the list already. Open pages are told once for each person, however much is new."""
    while claimed := await outbox.claim([Channel.APP], 500):
        for account_id in {notice.account for notice in claimed}:
            await notices.announce(account_id)
        await outbox.all_sent([notice.id for notice in claimed])


async def _send_mails() -> None:
    server, client = mail.server(), None
    try:
        while claimed := await outbox.claim([Channel.MAIL], BATCH):
            started, receivers = time.monotonic(), await outbox.receivers_of(claimed)
            while claimed and time.monotonic() - started < LONGEST:
                if server is None:
                    await outbox.sent(claimed.pop(0).id)  # it stays readable in the local mailbox
                    continue
                try:
                    client = client or await _connect(server)
                    await _send(client, claimed[0], receivers[claimed[0].id])
                except AWAY as error:
                    logger.warning("the mail server is away: %s", type(error).__name__)
                    await outbox.later([notice.id for notice in claimed])
                    return
                claimed.pop(0)
            await outbox.later([notice.id for notice in claimed])
    finally:
        if client:
            client.close()


async def _connect(server: mail.Server) -> aiosmtplib.SMTP:
    """A server that offers no STARTTLS or does not know us is as good as away: nothing goes in the clear."""
    try:
        return await mail.connect(server)
    except aiosmtplib.SMTPException as error:
        raise ConnectionError(str(error)) from error


async def _send(client: aiosmtplib.SMTP, notice: Notice, to: outbox.Receiver) -> None:
    """Sent, then noted: whoever dies in between sends it again under the same Message-ID. See decision 32."""
    try:
        await client.send_message(mail.letter(notice, to.address, to.language), recipients=[to.address])
    except aiosmtplib.SMTPServerDisconnected:
        raise
    except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused, ValueError, KeyError) as error:
        await outbox.refused(notice, for_good=_for_good(error))
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and _for_good(error):
            await outbox.unreachable(to.address)
        logger.warning("the mail server refused %s: %s", notice.id, type(error).__name__)
        return
    await outbox.sent(notice.id, forget=True)
    if to.refused:
        await outbox.reachable(to.address)


def _for_good(error: Exception) -> bool:
    """What nobody can write or no server will ever take; a full or busy mailbox gets another chance."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= 500 for each in error.recipients)
    return error.code >= 500 if isinstance(error, aiosmtplib.SMTPResponseException) else True

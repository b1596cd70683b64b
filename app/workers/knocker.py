"""Housekeeping's knock at devices: a short encrypted word through the service of each browser's maker."""

import asyncio
import json
import logging

from app import i18n, mail, outbound, templating, web_push
from app.domain import outbox, push_devices
from app.domain.notice_kinds import KINDS
from app.models import Channel, Notice, PushDevice

logger = logging.getLogger(__name__)

BATCH = 50
LONGEST_TEXT = 300
GONE = (403, 404, 410)
"Its person took it back, or it was allowed to a key that we no longer have."


async def knock() -> None:
    """Everything that is due. Called every two seconds; with nothing to do it costs one small question."""
    while claimed := await outbox.claim([Channel.PUSH], BATCH):
        devices = await push_devices.of({notice.account for notice in claimed})
        receivers = await outbox.receivers_of(claimed)
        async with outbound.client() as client:
            await asyncio.gather(*(
                _tell(client, notice, receivers[notice.id].language, devices.get(notice.account, []))
                for notice in claimed
            ))  # fmt: skip


async def _tell(client: outbound.Client, notice: Notice, language: str, devices: list[PushDevice]) -> None:
    """Where one service is away all are asked again: under the same topic and tag a second copy replaces the first."""
    message = words(notice, language)
    reached = [await _reach(client, notice, message, device) for device in devices]
    if all(reached):
        await outbox.sent(notice.id, forget=True)
    else:
        await outbox.later([notice.id])


async def _reach(client: outbound.Client, notice: Notice, message: bytes, device: PushDevice) -> bool:
    """Whether there is nothing more to do here."""
    try:
        answer = await web_push.send(
            client, device.endpoint, device.public_key, device.secret, message, notice.id.hex
        )  # fmt: skip
    except outbound.Unreachable as error:
        logger.warning("a push service is away: %s", type(error).__name__)
        return False
    except outbound.NotOnTheList:
        await push_devices.forget(device.id)
        return True
    if answer.status_code in GONE:
        await push_devices.forget(device.id)
    elif answer.is_error:
        logger.warning("a push service answered %s to %s", answer.status_code, notice.id)
    return not (answer.is_server_error or answer.status_code == 429)


def words(notice: Notice, language: str) -> bytes:
    """What static/js/service-worker.js shows."""
    kind = KINDS[notice.kind]
    return json.dumps({
        "title": templating.said(kind.title, notice.facts, language),
        "text": templating.said(kind.text, notice.facts, language)[:LONGEST_TEXT],
        "path": mail.path_of(notice), "tag": str(notice.id), "lang": language, "dir": i18n.direction(language),
    }, ensure_ascii=False).encode()  # fmt: skip

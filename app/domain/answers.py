"""The same request sent twice is answered once: what was answered is kept for a day beside the key that came with it.

Only what succeeded is kept. Whoever was refused may mend the request and send it under the same key.
"""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.errors import N_, Conflict, Invalid
from app.models import Answer
from app.models.ids import uuid7

KEPT = timedelta(days=1)
LONGEST = timedelta(minutes=15)
"A request that is still not answered after this died with its process; the next one takes its place."
KEY_LENGTH = 255
KEY = re.compile(rf"[!-~]{{1,{KEY_LENGTH}}}")


async def begin(account_id: UUID, key: str, request_sha256: str) -> Answer | None:
    """What was answered before, or None: then it is for the caller to do it, and to keep or forget the answer."""
    if not KEY.fullmatch(key):
        raise Invalid(
            N_("An idempotency key has 1 to {limit} letters, digits or signs, and no space."), limit=KEY_LENGTH
        )
    rows = await Answer.raw(
        "INSERT INTO answer (id, account, key, request_sha256, created_at) VALUES ({}, {}, {}, {}, now())"
        " ON CONFLICT (account, key) DO UPDATE SET request_sha256 = excluded.request_sha256, created_at = now(),"
        " status = 0, body = '' WHERE answer.created_at < now() - {}::interval"
        " OR (answer.status = 0 AND answer.created_at < now() - {}::interval) RETURNING id",
        uuid7(), account_id, key, request_sha256, KEPT, LONGEST,
    )  # fmt: skip
    if rows:
        return None
    known = await Answer.objects().get((Answer.account == account_id) & (Answer.key == key))
    if known is None or (known.status == 0 and known.request_sha256 == request_sha256):
        raise Conflict(N_("The same request is being answered at this moment. Ask again in a second."))
    if known.request_sha256 != request_sha256:
        raise Invalid(N_("This idempotency key was used for another request. Use a new one for each request."))
    return known


async def keep(account_id: UUID, key: str, status: int, body: str) -> None:
    await (
        Answer.update({Answer.status: status, Answer.body: body})
        .where(Answer.account == account_id, Answer.key == key)
    )  # fmt: skip


async def forget(account_id: UUID, key: str) -> None:
    await Answer.delete().where(Answer.account == account_id, Answer.key == key, Answer.status == 0)


async def sweep() -> int:
    rows = await Answer.delete().where(Answer.created_at < datetime.now(UTC) - KEPT).returning(Answer.id)
    return len(rows)

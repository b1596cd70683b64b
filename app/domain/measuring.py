"""Steps told to Google Analytics by the server, of those who agreed: a name from a closed list, and a word of chance.

The word is made from the yes itself and from our key: another yes is another word, and none leads back to anybody. What
was taken back is neither told nor kept to be told. A step is let go of before it is told: rather lost than told twice.
"""

import logging
from uuid import UUID

from app import outbound, secret, settings
from app.domain import consents, objecting
from app.models import Account, ConsentEvent, Measured, Question
from app.models.inventory import Purpose

logger = logging.getLogger(__name__)

NAMES = {"sign_up", "purchase", "generation_finished"}
BATCH = 100
PATIENCE = 5.0


def configured() -> bool:
    return bool(settings.get().ga_measurement_id and settings.get().ga_api_secret)


async def note(name: str, account_id: UUID | None = None, visitor: str = "") -> None:
    """Inside the transaction of what happened. Of whoever did not agree nothing is written."""
    if name not in NAMES:
        raise ValueError(f"{name} is not on the list of what may be counted")
    if configured() and await _yes(account_id, visitor):
        await Measured.insert(Measured(account=account_id, visitor=visitor, name=name))


async def tell() -> int:
    """Called now and then by housekeeping. Whoever said no in between is not told of."""
    told = 0
    while configured():
        rows = await Measured.raw(
            "DELETE FROM measured WHERE id IN (SELECT id FROM measured ORDER BY id LIMIT {} FOR UPDATE SKIP LOCKED)"
            " RETURNING account, visitor, name",
            BATCH,
        )
        if not rows:
            break
        async with outbound.client(PATIENCE) as client:
            for row in rows:
                yes = await _yes(row["account"], row["visitor"])
                told += bool(yes and await _tell(client, yes, row["name"]))
    return told


async def _yes(account_id: UUID | None, visitor: str) -> ConsentEvent | None:
    """The answer that counts, if it is a yes to the very words that are asked now, and nothing else forbids it."""
    newest = await consents.newest(Question.ANALYTICS, account_id, visitor)
    if newest is None or not newest.granted or not consents.is_current(newest):
        return None
    account = await Account.objects().get(Account.id == account_id) if account_id else None
    if account_id and (account is None or not objecting.may_use(account, Purpose.ANALYSE)):
        return None
    return newest


async def _tell(client: outbound.Client, yes: ConsentEvent, name: str) -> bool:
    chosen = settings.get()
    address = chosen.ga_api_url or "https://www.google-analytics.com"
    said = {
        "client_id": client_of(yes), "events": [{"name": name}],
        "consent": {"ad_user_data": "DENIED", "ad_personalization": "DENIED"},
    }  # fmt: skip
    try:
        answer = await client.post(
            f"{address}/mp/collect", json=said,
            params={"measurement_id": chosen.ga_measurement_id, "api_secret": chosen.ga_api_secret},
        )  # fmt: skip
    except outbound.Unreachable as error:
        logger.warning("a step was not counted: %s", type(error).__name__)
        return False
    return answer.is_success


async def clients_of(account_id: UUID) -> list[str]:
    """By which Google may know of this person's steps; nobody, in a studio that could not ask it to forget them."""
    chosen = settings.get()
    if not (configured() and chosen.ga_property and chosen.ga_deletion_key):
        return []
    given = await ConsentEvent.objects().where(
        ConsentEvent.account == account_id,
        ConsentEvent.purpose == Question.ANALYTICS.value,
        ConsentEvent.granted.eq(True),
    )
    return [client_of(yes) for yes in given]


def client_of(yes: ConsentEvent) -> str:
    """In the shape that Google gives its own; nothing that a browser of theirs ever had."""
    seal = secret.seal_of("measured", str(yes.id))
    return f"{int(seal[:8], 16)}.{int(seal[8:16], 16)}"

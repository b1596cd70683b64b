"""A mail to us opens a case or goes on with one: whoever answers ours knows a word that only its address got."""

import logging
from email.utils import parseaddr

import asyncpg

from app import incoming_mail, limits, returned_mail, settings
from app.domain import cases, coming_back
from app.errors import Invalid, TooMany
from app.incoming_mail import Dropped, Received
from app.models import Account, Case

logger = logging.getLogger(__name__)


async def receive(raw: bytes) -> int:
    """The number of the case; Dropped for what is no person's mail: one of ours that comes back is noted. The same mail
    twice is one message."""
    chosen = settings.get()
    ours = {parseaddr(address)[1].lower() for address in (chosen.sender, chosen.contact_email) if address}
    if returned := returned_mail.read(raw):
        await coming_back.take(returned)
        raise Dropped("it came back")
    found = incoming_mail.read(raw, ours)
    case = await _answered(found)
    text = (found.text.strip() or found.title or "–")[: cases.TEXT_LENGTH]
    try:
        case = await _continued(case, text, found) if case else await _opened(text, found)
    except Invalid as error:
        raise Dropped(f"its {error.field} cannot be kept") from None
    logger.info("a mail came in for case %s", case.number)
    return int(case.number)


async def _opened(text: str, found: Received) -> Case:
    """It belongs to nobody: that a mail says it is from somebody's address does not make it theirs."""
    return await cases.open_case(
        "mail", found.title[: cases.TITLE_LENGTH], text, address=found.address, language=found.language,
        message_id=found.fingerprint, quiet=await _is_too_much(found.address), note=_note(found),
    )  # fmt: skip


async def _continued(case: Case, text: str, found: Received) -> Case:
    try:
        await cases.add(case.id, text, message_id=found.fingerprint, note=_note(found))
    except asyncpg.UniqueViolationError:
        logger.info("a mail for case %s came twice", case.number)
    return case


async def _answered(found: Received) -> Case | None:
    """The case of the first mail of ours among those it answers, if it comes from where that one went.

    Both have to fit: a number can be guessed, an address be forged, and a mail be passed on to somebody else, who then
    is answered in a case of their own.
    """
    for message_id in found.answers:
        case = await cases.of_thread(message_id.partition("@")[0])
        if case and await _address_of(case) == found.address.lower():
            return case
    return None


async def _address_of(case: Case) -> str:
    account = await Account.objects().get(Account.id == case.account) if case.account else None
    return (account.email if account else case.address).lower()


async def _is_too_much(address: str) -> bool:
    """Kept all the same, and not acknowledged each time: nobody's mailbox is filled from here in their name."""
    try:
        await limits.spend("mails", address.lower())
    except TooMany:
        return True
    return False


def _note(found: Received) -> str:
    return f"{found.files} files came along and were not kept." if found.files else ""

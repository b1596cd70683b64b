"""Links by mail: to sign up, to come in, to choose a new password, to change the address.

Whoever asks learns nothing: the answer, and the time it takes, are the same for every address. Only its owner
reads what comes of it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app import db, limits, secret
from app.domain import accounts, notices, passwords, sessions
from app.errors import N_, DomainError, TooMany
from app.models import Account, Identity, Letter, LetterPurpose

LIFE = {
    LetterPurpose.SIGN_UP: timedelta(hours=24),
    LetterPurpose.ADDRESS: timedelta(hours=1),
    LetterPurpose.RESET: timedelta(minutes=30),
    LetterPurpose.ENTER: timedelta(minutes=10),
}
KINDS = {
    LetterPurpose.SIGN_UP: "account.verify",
    LetterPurpose.ADDRESS: "account.verify",
    LetterPurpose.RESET: "account.reset",
    LetterPurpose.ENTER: "account.enter",
}


class Opened(DomainError):
    "A link that was opened already, has grown too old, or never was."

    status = 404

    def __init__(self, sentence: str = N_("This link has been used or is too old. Ask for a new one.")) -> None:
        super().__init__(sentence)


async def sign_up(name: str, email: str, password: str, visibility: str, language: str) -> None:
    """There is no account until the link is opened: an address belongs to whoever reads its mail."""
    newcomer = await accounts.newcomer(name, email, password, visibility, language)
    if owner := await accounts.by_email(newcomer.email):
        await _send(owner.email, "account.taken", owner.language)
    else:
        await _write(LetterPurpose.SIGN_UP, newcomer.email, language, None, newcomer)


async def offer_entrance(email: str, language: str) -> None:
    await _to_owner(LetterPurpose.ENTER, email, language)


async def offer_reset(email: str, language: str) -> None:
    await _to_owner(LetterPurpose.RESET, email, language)


async def offer_address(account_id: UUID, email: str) -> None:
    """The new address proves itself before it counts; the old one stays until then."""
    account, email = await accounts.get(account_id), accounts.clean_email(email)
    if owner := await accounts.by_email(email):
        await _send(owner.email, "account.taken", owner.language)
    else:
        await _write(LetterPurpose.ADDRESS, email, account.language, account_id)


async def find(token: str) -> Letter:
    """Looking does not use it up: mail programs look at links before people do."""
    letter = await (
        Letter.objects().get((Letter.token_sha256 == secret.hash_of(token)) & (Letter.expires_at > datetime.now(UTC)))
        .output(load_json=True)
    )  # fmt: skip
    if letter is None:
        raise Opened
    return letter


async def open_sign_up(token: str) -> Account:
    letter = await _find(token, LetterPurpose.SIGN_UP)
    newcomer = msgspec.convert(letter.newcomer, accounts.Newcomer)
    try:
        async with db.transaction():
            await _use(letter)
            return await accounts.insert(newcomer)
    except asyncpg.UniqueViolationError:
        raise Opened from None


async def open_entrance(token: str) -> Account:
    letter = await _find(token, LetterPurpose.ENTER)
    async with db.transaction():
        await _use(letter)
    return await accounts.get(letter.account)


async def open_reset(token: str, password: str) -> Account:
    """A new password ends every session: whoever had the old one is out."""
    letter = await _find(token, LetterPurpose.RESET)
    account = await accounts.get(letter.account)
    hashed = await passwords.hashed(await accounts.clean_password(password, account.name, account.email))
    async with db.transaction():
        await _use(letter)
        await accounts.replace_secret(account.id, hashed)
        ended = await sessions.end_all(account.id)
    await sessions.announce_ended(account.id, ended)
    return account


async def open_address(token: str) -> Account:
    letter = await _find(token, LetterPurpose.ADDRESS)
    account = await accounts.get(letter.account)
    try:
        async with db.transaction():
            await _use(letter)
            await replace_address(account, letter.address)
    except asyncpg.UniqueViolationError:
        raise Opened from None
    return await accounts.get(account.id)


async def replace_address(account: Account, address: str) -> None:
    """Call inside a transaction; UniqueViolationError if it is somebody's by now."""
    now = datetime.now(UTC).isoformat()
    changed: dict[Any, Any] = {Account.email: address, Account.mail_refused_at: None}
    await Account.update(changed).where(Account.id == account.id)
    await (
        Identity.update({Identity.subject: address.lower()})
        .where(Identity.account == account.id, Identity.provider == accounts.LOCAL)
    )  # fmt: skip
    # The old address hears of it too: it may be the only one that its owner still reads.
    await notices.write_to(account.email, "security.address", account.language, time_at=now)
    await notices.tell(account.id, "security.address", time_at=now)


async def forget_unopened() -> None:
    await Letter.delete().where(Letter.expires_at < datetime.now(UTC))


async def _find(token: str, purpose: LetterPurpose) -> Letter:
    letter = await find(token)
    if letter.purpose != purpose:
        raise Opened
    return letter


async def _use(letter: Letter) -> None:
    """Call inside a transaction. Of two that press at once, one comes through."""
    if not await Letter.delete().where(Letter.id == letter.id).returning(Letter.id):
        raise Opened


async def _to_owner(purpose: LetterPurpose, email: str, language: str) -> None:
    account = await accounts.by_email(accounts.clean_email(email))
    if account:
        await _write(purpose, account.email, account.language, account.id)


async def _write(
    purpose: LetterPurpose, address: str, language: str, account_id: UUID | None, newcomer: Any = None
) -> None:
    token = secrets.token_urlsafe(24)
    letter = Letter(
        purpose=purpose.value, account=account_id, address=address, token_sha256=secret.hash_of(token),
        newcomer=msgspec.json.encode(newcomer).decode() if newcomer else None,
        expires_at=datetime.now(UTC) + LIFE[purpose],
    )  # fmt: skip
    await _send(address, KINDS[purpose], language, letter, path=f"/letter/{token}")


async def _send(address: str, kind: str, language: str, letter: Letter | None = None, **facts: str) -> None:
    """A few an hour to one address, whoever asks: nobody's mailbox is filled from here."""
    try:
        await limits.spend("letters", address.lower())
    except TooMany:
        return
    async with db.transaction():
        if letter:
            await Letter.insert(letter)
        await notices.write_to(address, kind, language, **facts)

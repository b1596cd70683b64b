"""People: how they sign up, prove who they are, and are called."""

import re
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app import db, limits, roles
from app.domain import judging, notices, passwords, publishing, sessions
from app.domain.words import line, must_fit
from app.errors import N_, Conflict, Invalid, NotFound, NotSignedIn, TooMany
from app.models import Account, Creation, Identity, Session, Visibility

LOCAL = "local"
NAME_LENGTH, EMAIL_LENGTH = 80, 254
CHOICES = {"language": ("en", "ar"), "theme": ("auto", "light", "dark"), "default_visibility": tuple(Visibility)}
# NIST SP 800-63B-4: 15 when the password is the only factor; long ones welcome.
PASSWORD_LENGTH, PASSWORD_LIMIT = 15, 256
EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)*[\w-]{1,63}", re.UNICODE)


class Newcomer(msgspec.Struct):
    """Who signs up, checked, before there is an account."""

    name: str
    email: str
    secret: str
    visibility: str
    language: str


async def newcomer(name: str, email: str, password: str, visibility: str, language: str) -> Newcomer:
    name, email = clean_name(name), clean_email(email)
    publishing.check(visibility, "default_visibility")
    password = await clean_password(password, name, email)
    return Newcomer(name, email, await passwords.hashed(password), visibility, language)


async def insert(who: Newcomer) -> Account:
    """Call inside a transaction."""
    now = datetime.now(UTC)
    account = Account(
        name=who.name, email=who.email, handle=_handle(who.name), default_visibility=who.visibility,
        language=who.language, created_at=now, last_active_at=now,
    )  # fmt: skip
    await Account.insert(account)
    await Identity.insert(Identity(account=account.id, provider=LOCAL, subject=who.email.lower(), secret=who.secret))
    return account


async def sign_up(name: str, email: str, password: str, visibility: str, language: str = "en") -> Account:
    """At once, without a letter: by the operator's hand, and in a studio that has no mail server."""
    who = await newcomer(name, email, password, visibility, language)
    try:
        async with db.transaction():
            return await insert(who)
    except asyncpg.UniqueViolationError:
        raise Conflict(N_("This address cannot be used. If it is yours, sign in instead."), field="email") from None


async def authenticate(email: str, password: str, browser: str = "") -> Account:
    """The local provider's proof. The same sentence and the same time whether or not the address is known.

    Guesses are counted for each address, and apart for each browser that its owner has used before: whoever guesses
    from elsewhere uses up the tries of strangers and never hers.
    """
    try:
        await limits.spend("password", f"{_key(email)} {browser}")
    except TooMany as error:
        raise TooMany(
            N_("Too many have tried this address from browsers we do not know. Come in by mail or with a passkey."),
            retry_after=error.retry_after,
        ) from None
    identity = await Identity.objects().get((Identity.provider == LOCAL) & (Identity.subject == _key(email)))
    secret = identity.secret if identity else ""  # whoever comes by other ways only has none
    matches = await passwords.matches(secret or passwords.DUMMY, _normal(password))
    if not (identity and secret and matches):
        raise NotSignedIn(N_("The address and the password do not belong together."))
    return await get(identity.account)


async def prove(session: Session, password: str) -> None:
    """Once more, in a session that is open already: somebody else may sit at this browser."""
    await limits.spend("password", str(session.id))
    identity = await Identity.objects().get((Identity.provider == LOCAL) & (Identity.account == session.account))
    if not await passwords.matches(identity.secret if identity else passwords.DUMMY, _normal(password)):
        raise Invalid(N_("This is not your password."), field="password")
    await sessions.proved(session.id)


async def change_password(session: Session, password: str) -> None:
    """Whoever changes it stays; every other device is signed out."""
    account = await get(session.account)
    secret = await passwords.hashed(await clean_password(password, account.name, account.email))
    async with db.transaction():
        await replace_secret(account.id, secret)
        ended = await sessions.end_all(account.id, keep=session.id)
    await sessions.announce_ended(account.id, ended)


async def replace_secret(account_id: UUID, secret: str) -> None:
    """Call inside a transaction."""
    await (
        Identity.update({Identity.secret: secret})
        .where(Identity.account == account_id, Identity.provider == LOCAL)
    )  # fmt: skip
    await notices.tell(account_id, "security.password", time_at=datetime.now(UTC).isoformat())


async def get(account_id: UUID) -> Account:
    account = await Account.objects().get(Account.id == account_id)
    if account is None:
        raise NotFound
    return account


async def lock(account_id: UUID) -> None:
    """Call inside a transaction: two of one person's wait for each other here. Others may go on naming the id."""
    await Account.raw("SELECT 1 FROM account WHERE id = {} FOR NO KEY UPDATE", account_id)


async def by_handle(handle: str) -> Account:
    account = await Account.objects().get((Account.handle == handle) & Account.withheld_at.is_null())
    if account is None:
        raise NotFound
    return account


async def by_email(email: str) -> Account | None:
    identity = await Identity.objects().get((Identity.provider == LOCAL) & (Identity.subject == _key(email)))
    return await get(identity.account) if identity else None


async def update(account_id: UUID, **changes: str) -> Account:
    """name, language, theme, default_visibility: whatever is given, each checked."""
    values: dict[Any, Any] = dict(checked(changes))
    if values:
        await Account.update(values).where(Account.id == account_id)
    return await get(account_id)


async def choose_picture(account_id: UUID, creation_id: UUID | None) -> None:
    """One of their own pieces, or none."""
    if creation_id and not await Creation.exists().where(
        Creation.id == creation_id, Creation.owner == account_id, Creation.deleted_at.is_null()
    ):
        raise NotFound
    await Account.update({Account.picture: creation_id}).where(Account.id == account_id)


def checked(changes: dict[str, str]) -> dict[str, str]:
    for field, value in changes.items():
        if field != "name" and value not in CHOICES[field]:
            raise Invalid(N_("This is not one of the choices."), field=field)
    return changes | ({"name": clean_name(changes["name"])} if "name" in changes else {})


async def set_role(account_id: UUID, role: str) -> None:
    if role not in roles.GIVEN:
        raise Invalid(N_("This is not one of the choices."), field="role")
    await Account.update({Account.role: role}).where(Account.id == account_id)


def clean_name(name: str) -> str:
    name = line(name, "name", NAME_LENGTH, N_("Tell us what to call you."))
    judging.check_name(name, "name")
    return name


def clean_email(email: str) -> str:
    email = unicodedata.normalize("NFC", email.strip())
    # Measured in lower case, for that is how it is kept, and some letters are longer so.
    if len(email.lower()) > EMAIL_LENGTH or not email.isprintable() or not EMAIL.fullmatch(email):
        raise Invalid(N_("This does not look like an e-mail address."), field="email")
    return email


async def clean_password(password: str, *about: str) -> str:
    """`about`: words that whoever knows the person would try first."""
    password = _normal(password)
    if len(password) < PASSWORD_LENGTH:
        raise Invalid(
            N_("Use at least {limit} characters. A few unrelated words are easy to remember."),
            field="password", limit=PASSWORD_LENGTH,
        )  # fmt: skip
    must_fit(password, "password", PASSWORD_LIMIT)
    if await passwords.is_guessable(password, [*about, "qwenimage", "qwenimage.art"]):
        raise Invalid(
            N_("This is among the first that others would try. Choose words that have nothing to do with each other."),
            field="password",
        )  # fmt: skip
    return password


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)[: PASSWORD_LIMIT + 1]


def _key(email: str) -> str:
    return unicodedata.normalize("NFC", email.strip()).lower()[:EMAIL_LENGTH].replace("\0", "")


def _handle(name: str) -> str:
    """A public name for addresses: from the name where Latin letters allow it, unique by its tail."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24] or "maker"
    return f"{stem}-{secrets.token_hex(3)}"

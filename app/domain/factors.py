"""The second factor: codes of an app (TOTP, RFC 6238), and codes on paper for when the phone is gone."""

import secrets
import time
from datetime import UTC, datetime
from uuid import UUID

import pyotp
from cryptography.fernet import InvalidToken

from app import db, limits, secret
from app.domain import notices
from app.errors import N_, Invalid
from app.models import Authenticator, RecoveryCode

STEP = 30
CODES = 10
ISSUER = "qwenimage.art"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"Without those that are taken for each other on paper."


async def prepare(account_id: UUID) -> str:
    """A secret to be shown once more until its first code has come back; it counts for nothing before."""
    fresh = pyotp.random_base32()
    rows = await Authenticator.raw(
        "INSERT INTO authenticator (id, account, secret) VALUES (gen_random_uuid(), {}, {})"
        " ON CONFLICT (account) DO UPDATE SET secret = authenticator.secret RETURNING secret, confirmed_at",
        account_id, secret.locked(fresh),
    )  # fmt: skip
    if rows[0]["confirmed_at"]:
        raise Invalid(N_("An app is set up already. Remove it first."))
    return secret.unlocked(rows[0]["secret"])


def address_of(shared: str, email: str) -> str:
    """What the app reads from the square."""
    return pyotp.TOTP(shared).provisioning_uri(name=email, issuer_name=ISSUER)


async def confirm(account_id: UUID, code: str) -> list[str]:
    """The codes for paper, shown this once."""
    found = await Authenticator.objects().get(Authenticator.account == account_id)
    if found is None or found.confirmed_at:
        raise Invalid(N_("An app is set up already. Remove it first."))
    step = _step_of(found, code)
    if step is None:
        raise Invalid(N_("This code is not right, or it is too old."), field="code")
    async with db.transaction():
        await (
            Authenticator.update({Authenticator.confirmed_at: datetime.now(UTC), Authenticator.last_step: step})
            .where(Authenticator.id == found.id)
        )  # fmt: skip
        await _tell(account_id, N_("An app for codes"))
        return await _new_codes(account_id)


async def renew_codes(account_id: UUID) -> list[str]:
    """Those of before are worth nothing from here on."""
    async with db.transaction():
        await _tell(account_id, N_("Codes on paper"))
        return await _new_codes(account_id)


async def remove(account_id: UUID) -> None:
    async with db.transaction():
        await Authenticator.delete().where(Authenticator.account == account_id)
        await RecoveryCode.delete().where(RecoveryCode.account == account_id)
        await _tell(account_id, N_("An app for codes"))


async def is_set_up(account_id: UUID) -> bool:
    return await Authenticator.exists().where(
        Authenticator.account == account_id, Authenticator.confirmed_at.is_not_null()
    )


async def codes_left(account_id: UUID) -> int:
    return await RecoveryCode.count().where(RecoveryCode.account == account_id)


async def check(account_id: UUID, code: str) -> None:
    """A code of the app or one from paper; each works once."""
    await limits.spend("code", str(account_id))
    found = await Authenticator.objects().get(Authenticator.account == account_id)
    step = _step_of(found, code) if found and found.confirmed_at else None
    if step is not None and await _use_step(account_id, step):
        return
    used = await (
        RecoveryCode.delete()
        .where(RecoveryCode.account == account_id, RecoveryCode.code_sha256 == _hash(account_id, code))
        .returning(RecoveryCode.id)
    )  # fmt: skip
    if not used:
        raise Invalid(N_("This code is not right, or it is too old."), field="code")


async def _use_step(account_id: UUID, step: int) -> bool:
    """Of two that send the same code at once, one comes through."""
    rows = await (
        Authenticator.update({Authenticator.last_step: step})
        .where(Authenticator.account == account_id, Authenticator.last_step < step)
        .returning(Authenticator.id)
    )  # fmt: skip
    return bool(rows)


def _step_of(found: Authenticator, code: str) -> int | None:
    """The half minute that this is the code of: now, or one to either side, for clocks differ."""
    plain = "".join(str(int(each)) for each in code if each.isdecimal())
    try:
        totp = pyotp.TOTP(secret.unlocked(found.secret))
    except InvalidToken:  # SECRET_KEY was changed: the codes on paper still work
        return None
    now = int(time.time()) // STEP
    for step in (now, now - 1, now + 1):
        if len(plain) == 6 and secrets.compare_digest(totp.at(step * STEP), plain):
            return step
    return None


async def _new_codes(account_id: UUID) -> list[str]:
    await RecoveryCode.delete().where(RecoveryCode.account == account_id)
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(CODES)]
    await RecoveryCode.insert(
        *(RecoveryCode(account=account_id, code_sha256=_hash(account_id, code)) for code in codes)
    )
    return codes


def _hash(account_id: UUID, code: str) -> str:
    plain = "".join(code.lower().split()).replace("-", "")
    return secret.hash_of(f"{account_id}:{plain}")


async def _tell(account_id: UUID, factor: str) -> None:
    """Call inside the transaction."""
    await notices.tell(account_id, "security.factor", factor=factor, time_at=datetime.now(UTC).isoformat())

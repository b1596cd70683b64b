"""Passkeys (WebAuthn): a key in a device that signs for this very site and asks for a finger or a face first."""

import json
import secrets
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from redis.exceptions import RedisError

from app import cache, db
from app.domain import notices
from app.domain.words import one_line
from app.errors import N_, Conflict, Invalid, NotFound, NotSignedIn
from app.models import Account, Passkey

LIFE = 300
"Seconds in which a challenge has to be answered."
MOST = 20
LONGEST = 20_000
NAME_LENGTH = 80

# webauthn is imported where it is used: it brings a whole library of certificates along, and few ask for it.


async def options_to_add(account: Account, site: str) -> str:
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = await list_of(account.id)
    if len(known) >= MOST:
        raise Conflict(N_("{limit} passkeys are enough. Remove one first."), limit=MOST)
    return options_to_json(
        generate_registration_options(
            rp_id=_host(site), rp_name="qwenimage.art", user_id=account.id.bytes, user_name=account.email,
            user_display_name=account.name, challenge=await _challenge(str(account.id)),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential)) for each in known
            ],
        )
    )  # fmt: skip


async def add(account_id: UUID, answer: str, name: str, site: str) -> None:
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = await _answered(answer, str(account_id))
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=_host(site), expected_origin=site,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Invalid(N_("Your device did not make a passkey. Please try again.")) from None
    passkey = Passkey(
        account=account_id, credential=bytes_to_base64url(made.credential_id), sign_count=made.sign_count,
        public_key=bytes_to_base64url(made.credential_public_key), created_at=datetime.now(UTC),
        name=one_line(name)[:NAME_LENGTH] or "Passkey",
    )  # fmt: skip
    try:
        async with db.transaction():
            await Passkey.insert(passkey)
            await _tell(account_id)
    except asyncpg.UniqueViolationError:
        raise Conflict(N_("This passkey is known already.")) from None


async def options_to_enter(site: str) -> str:
    """Of nobody in particular: the device knows whose keys it has."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    return options_to_json(
        generate_authentication_options(
            rp_id=_host(site), challenge=await _challenge(""),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )  # fmt: skip


async def authenticate(answer: str, site: str) -> UUID:
    """Whose account the key opens. A count that went backwards is a copied key, and is refused."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    refused = NotSignedIn(N_("This passkey does not open anything here."))
    challenge = await _answered(answer, "")
    passkey = await Passkey.objects().get(Passkey.credential == str(_read(answer).get("id", ""))[:1400])
    if passkey is None:
        raise refused
    try:
        proof = verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=_host(site), expected_origin=site,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise refused from None
    used: dict[Any, Any] = {Passkey.sign_count: proof.new_sign_count, Passkey.used_at: datetime.now(UTC)}
    await Passkey.update(used).where(Passkey.id == passkey.id)
    owner: UUID = passkey.account
    return owner


async def list_of(account_id: UUID) -> list[Passkey]:
    return await Passkey.objects().where(Passkey.account == account_id).order_by(Passkey.created_at)


async def remove(passkey_id: UUID, account_id: UUID) -> None:
    async with db.transaction():
        rows = await (
            Passkey.delete().where(Passkey.id == passkey_id, Passkey.account == account_id).returning(Passkey.id)
        )
        if not rows:
            raise NotFound
        await _tell(account_id)


async def _challenge(whose: str) -> bytes:
    """Good for one answer. In Redis only: if that is away, other ways in stay open."""
    challenge = secrets.token_bytes(32)
    try:
        await cache.redis().set(f"passkey:{challenge.hex()}", whose, ex=LIFE)
    except (RedisError, OSError):
        raise Conflict(N_("Passkeys do not work at the moment. Please come in another way.")) from None
    return challenge


async def _answered(answer: str, whose: str) -> bytes:
    """The challenge that this answers, taken out so that nothing answers it again."""
    try:
        data = json.loads(_bytes(_read(answer)["response"]["clientDataJSON"]))
        challenge = _bytes(data["challenge"])
        found = await cache.redis().getdel(f"passkey:{challenge.hex()}")
    except (RedisError, OSError, ValueError, KeyError, TypeError, RecursionError):
        found = None
    if found is None or found.decode() != whose:
        raise Invalid(N_("That took too long. Please try again."))
    return challenge


def _read(answer: str) -> dict[str, Any]:
    found = json.loads(answer) if len(answer) < LONGEST else None
    if not isinstance(found, dict):
        raise ValueError
    return found


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _host(site: str) -> str:
    return urlsplit(site).hostname or ""


async def _tell(account_id: UUID) -> None:
    """Call inside the transaction."""
    now = datetime.now(UTC).isoformat()
    await notices.tell(account_id, "security.factor", factor=N_("A passkey"), time_at=now)

from enum import StrEnum
from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import PROOF, SECRET


class LetterPurpose(StrEnum):
    SIGN_UP = "sign-up"
    RESET = "reset"
    ENTER = "enter"
    ADDRESS = "address"


class Letter(Table, help_text=N_("Links we mailed you that were not opened yet")):
    """A link that was mailed and not opened yet. Opened once or too old, it is gone."""

    ages_from = "expires_at"

    id = PROOF(UUID(primary_key=True, default=uuid7))
    purpose = PROOF(Varchar(8))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=True))
    address = PROOF(Varchar(254))
    token_sha256 = SECRET(Varchar(64, unique=True))
    newcomer: Any = SECRET(JSONB(null=True, default=None, help_text="Who signs up; no account yet."))
    expires_at = PROOF(Timestamptz())


class Passkey(Table, help_text=N_("Your passkeys: what checks them, not the keys")):
    """A key in somebody's device. Here is only what checks its signatures."""

    id = PROOF(UUID(primary_key=True, default=uuid7))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    credential = PROOF(Varchar(1400, unique=True, help_text="Its id, in base64url."))
    public_key = PROOF(Varchar(2000, help_text="COSE, in base64url."))
    sign_count = PROOF(BigInt(default=0))
    name = PROOF(Varchar(80))
    created_at = PROOF(Timestamptz())
    used_at = PROOF(Timestamptz(null=True, default=None))


class Authenticator(Table, help_text=N_("That an app gives you codes, and since when")):
    """An app that shows a new code every half minute (TOTP)."""

    id = PROOF(UUID(primary_key=True, default=uuid7))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=False, unique=True))
    secret = SECRET(Varchar(200, help_text="Sealed with the studio's key."))
    last_step = PROOF(BigInt(default=0, help_text="The half minute of the last code: none works twice."))
    confirmed_at = PROOF(Timestamptz(null=True, default=None))


class RecoveryCode(Table, help_text=N_("How many codes on paper you have left")):
    """A code on paper, for when the phone is gone. Used once, it is gone."""

    id = PROOF(UUID(primary_key=True, default=uuid7))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    code_sha256 = SECRET(Varchar(64, unique=True))

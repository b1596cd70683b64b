from piccolo.columns import UUID, ForeignKey, OnDelete, SmallInt, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import PROOF, SECRET, SESSION, SESSION_SECRET


class ApiKey(Table, help_text=N_("Keys for your programs")):
    """Speaks for a person to the API, within its scopes. Shown once; only its hash is kept."""

    id = PROOF(UUID(primary_key=True, default=uuid7))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    name = PROOF(Varchar(80))
    scopes = PROOF(Varchar(80, help_text="Words of app/domain/keys.py with spaces between."))
    token_sha256 = SECRET(Varchar(64, unique=True))
    hint = PROOF(Varchar(8, help_text="Its last letters, to know it again."))
    created_at = PROOF(Timestamptz())
    expires_at = PROOF(Timestamptz(null=True, default=None))
    last_used_at = PROOF(Timestamptz(null=True, default=None, help_text="To the minute."))


class Answer(Table, help_text=N_("Answers to your programs")):
    """What a request with an idempotency key was answered, for the day in which it may be sent again."""

    ages_from = "created_at"

    id = SESSION(UUID(primary_key=True, default=uuid7))
    account = SESSION(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    key = SESSION(Varchar(255))
    request_sha256 = SESSION_SECRET(Varchar(64, help_text="Of method, address and body: another request is refused."))
    status = SESSION(SmallInt(default=0, help_text="0 while the first one is still being answered."))
    body = SESSION_SECRET(Text(default=""))
    created_at = SESSION(Timestamptz())

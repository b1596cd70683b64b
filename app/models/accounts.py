from piccolo.columns import UUID, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.models.ids import uuid7


class Account(Table):
    """A person. `user` is a reserved word in SQL."""

    id = UUID(primary_key=True, default=uuid7)
    handle = Varchar(40, unique=True)
    name = Varchar(80)
    email = Varchar(254, help_text="As typed; compared by lower(email), see the first migration.")
    role = Varchar(12, default="creator")
    language = Varchar(5, default="en")
    theme = Varchar(5, default="auto")
    default_visibility = Varchar(7, default="public")
    created_at = Timestamptz()
    last_active_at = Timestamptz()


class Identity(Table):
    """How a person proves who they are: one row for each provider (`local`, later `clerk`)."""

    id = UUID(primary_key=True, default=uuid7)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    provider = Varchar(12)
    subject = Varchar(254, help_text="local: the e-mail address in lower case; clerk: its user id.")
    secret = Varchar(200, help_text="local: the argon2id hash; empty elsewhere.")


class Session(Table):
    """A token that speaks for a person, from a browser or a terminal. Only its hash is kept."""

    id = UUID(primary_key=True, default=uuid7)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    token_sha256 = Varchar(64, unique=True)
    label = Varchar(80)
    created_at = Timestamptz()
    expires_at = Timestamptz()

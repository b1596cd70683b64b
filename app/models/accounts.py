from piccolo.columns import UUID, Boolean, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.ids import uuid7
from app.models.inventory import LIKING, PROFILE, PROOF, SECRET, SESSION, SESSION_SECRET, SHELL, STANDING, TASTE


class Account(Table, help_text=N_("Your account")):
    """A person. `user` is a reserved word in SQL."""

    id = SHELL(UUID(primary_key=True, default=uuid7))
    handle = PROFILE(Varchar(40, unique=True))
    name = PROFILE(Varchar(80))
    email = PROFILE(Varchar(254, help_text="As typed; compared by lower(email), see the first migration."))
    picture = PROFILE(UUID(null=True, default=None, help_text="A creation of theirs, shown while it is public."))
    role = STANDING(Varchar(12, default="creator"))
    language = TASTE(Varchar(5, default="en"))
    theme = TASTE(Varchar(5, default="auto"))
    default_visibility = TASTE(Varchar(7, default="public"))
    created_at = SHELL(Timestamptz())
    last_active_at = STANDING(Timestamptz())
    withheld_at = STANDING(Timestamptz(null=True, default=None, help_text="Kept and not used since; null: in use."))
    objects_to = STANDING(Varchar(80, default="", help_text="Purposes that may not use it, with spaces between."))
    mail_refused_at = STANDING(
        Timestamptz(
            null=True, default=None, help_text="The address takes no mail since; null: as far as we know it does."
        )
    )
    withheld_why = STANDING(Varchar(12, default="", help_text="restricted, idle, child, leaving"))


class Follow(Table, help_text=N_("Makers you follow")):
    """Known to nobody but whoever follows; a maker sees how many they are."""

    id = LIKING(UUID(primary_key=True, default=uuid7))
    account = LIKING(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    maker = LIKING(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    created_at = LIKING(Timestamptz())


class Identity(Table, help_text=N_("Ways to sign in")):
    """How a person proves who they are: one row for each provider (`local`, `clerk`)."""

    id = PROOF(UUID(primary_key=True, default=uuid7))
    account = PROOF(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    provider = PROOF(Varchar(12))
    subject = PROOF(Varchar(254, help_text="local: the e-mail address in lower case; clerk: its user id."))
    secret = SECRET(Varchar(200, help_text="local: the argon2id hash, empty without a password; empty elsewhere."))
    told_at = PROOF(Timestamptz(null=True, default=None, help_text="clerk: of what was last heard, by its own clock."))


class Session(Table, help_text=N_("Where you are signed in")):
    """A token that speaks for a person, from a browser or a terminal. Only its hash is kept."""

    ages_from = "expires_at"

    id = SESSION(UUID(primary_key=True, default=uuid7))
    account = SESSION(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    token_sha256 = SESSION_SECRET(Varchar(64, unique=True))
    label = SESSION(Varchar(80))
    device = SESSION(Varchar(80, default="", help_text="Browser and system, as coarse as that."))
    address = SESSION(Varchar(45, default="", help_text="Of the network; cut to its first half after thirty days."))
    strong = SESSION(
        Boolean(default=False, help_text="Opened with two factors, or with a passkey, which stands for two.")
    )
    outside = SESSION(Varchar(64, default="", help_text="Clerk's session that it was opened with; ends with it."))
    created_at = SESSION(Timestamptz())
    proved_at = SESSION(Timestamptz(help_text="When the person last proved here who they are."))
    seen_at = SESSION(Timestamptz())
    expires_at = SESSION(Timestamptz())

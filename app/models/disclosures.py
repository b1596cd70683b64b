from typing import Any

from piccolo.columns import JSONB, UUID, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import DISCLOSURE


class Disclosure(Table, help_text=N_("What the law made us hand out")):
    """What an authority wants of a person: on which ground, what exactly, who agreed to it, and what was handed over.

    It may have to be kept from its person for a time; until then no row of it is theirs to see, to count or to take.
    """

    whose, ages_from = "account", "asked_at"
    told_when = "handed_at IS NOT NULL AND (silent_until IS NULL OR silent_until <= now())"

    id = DISCLOSURE(UUID(primary_key=True, default=uuid7))
    account = DISCLOSURE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    authority = DISCLOSURE(Varchar(200, help_text="Who wants it, with their own number for it."))
    basis = DISCLOSURE(Text(help_text="The law and the order that it rests on."))
    scope: Any = DISCLOSURE(JSONB(help_text="Exactly these: table.column, or table.files."))
    items: Any = DISCLOSURE(JSONB(default="[]", help_text="Of these rows only, by id; empty: of all of the person's."))
    asked_by = DISCLOSURE(UUID())
    asked_at = DISCLOSURE(Timestamptz())
    first_by = DISCLOSURE(UUID(null=True, default=None, help_text="Who agreed first; never who asked."))
    second_by = DISCLOSURE(UUID(null=True, default=None, help_text="Who agreed as well; never the same person."))
    agreed_at = DISCLOSURE(Timestamptz(null=True, default=None, help_text="When both had."))
    refused_by = DISCLOSURE(UUID(null=True, default=None))
    refused_at = DISCLOSURE(Timestamptz(null=True, default=None))
    silent_until = DISCLOSURE(Timestamptz(null=True, default=None, help_text="When its person may be told."))
    silent_why = DISCLOSURE(Varchar(400, default="", help_text="What forbids to tell them sooner."))
    handed_by = DISCLOSURE(UUID(null=True, default=None))
    handed_at = DISCLOSURE(Timestamptz(null=True, default=None))
    sha256 = DISCLOSURE(Varchar(64, default="", help_text="Of the archive that was handed over, once all of it was."))
    told_at = DISCLOSURE(Timestamptz(null=True, default=None))

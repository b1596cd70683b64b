from piccolo.columns import JSONB, UUID, BigInt, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.ids import uuid7
from app.models.inventory import AUDIT, MACHINE


class AuditEvent(Table, help_text=N_("The log of what you changed")):
    """Who did what to what. Ids only, written in the transaction that does it."""

    whose, ages_from = "actor", "at"

    id = AUDIT(UUID(primary_key=True, default=uuid7))
    actor = AUDIT(UUID(null=True, default=None))
    action = AUDIT(Varchar(40))
    subject = AUDIT(Varchar(80))
    detail = AUDIT(JSONB(default="{}"))
    at = AUDIT(Timestamptz())
    number = AUDIT(BigInt(null=True, default=None, unique=True, help_text="Its place in the chain, once it is sealed."))
    hash = AUDIT(Varchar(64, default="", help_text="Of this and of the hash before it: domain/audit.py."))


class Heard(Table):
    """A message that somebody outside sent and that was followed: told again, it changes nothing."""

    id = MACHINE(Varchar(80, primary_key=True))
    at = MACHINE(Timestamptz())


class Worker(Table):
    """A worker process as it last said of itself."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    name = MACHINE(Varchar(80, unique=True))
    device = MACHINE(Varchar(80))
    models = MACHINE(Varchar(400))
    loaded = MACHINE(Varchar(200, default=""))
    seen_at = MACHINE(Timestamptz())


class SwitchedOff(Table):
    """A part of the studio that whoever runs it does without for a while."""

    name = MACHINE(Varchar(20, primary_key=True))
    at = MACHINE(Timestamptz())

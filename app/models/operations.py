from piccolo.columns import JSONB, UUID, Timestamptz, Varchar
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


class Worker(Table):
    """A worker process as it last said of itself."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    name = MACHINE(Varchar(80, unique=True))
    device = MACHINE(Varchar(80))
    models = MACHINE(Varchar(400))
    loaded = MACHINE(Varchar(200, default=""))
    seen_at = MACHINE(Timestamptz())

from piccolo.columns import JSONB, UUID, Timestamptz, Varchar
from piccolo.table import Table

from app.models.ids import uuid7


class AuditEvent(Table):
    """Who did what to what. Ids only, written in the transaction that does it."""

    id = UUID(primary_key=True, default=uuid7)
    actor = UUID(null=True, default=None)
    action = Varchar(40)
    subject = Varchar(80)
    detail = JSONB(default="{}")
    at = Timestamptz()


class Worker(Table):
    """A worker process as it last said of itself."""

    id = UUID(primary_key=True, default=uuid7)
    name = Varchar(80, unique=True)
    device = Varchar(80)
    models = Varchar(400)
    loaded = Varchar(200, default="")
    seen_at = Timestamptz()

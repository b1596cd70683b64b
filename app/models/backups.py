from piccolo.columns import UUID, Boolean, Integer, Timestamptz, Varchar
from piccolo.table import Table

from app.models.ids import uuid7
from app.models.inventory import MACHINE


class BackupRun(Table):
    """One backup, or one drill that restored the newest and looked at it."""

    id = MACHINE(UUID(primary_key=True, default=uuid7))
    what = MACHINE(Varchar(6, help_text="backup or drill."))
    ok = MACHINE(Boolean())
    seconds = MACHINE(Integer())
    behind = MACHINE(Integer(default=0, help_text="Of a drill: how many seconds the copy was behind the studio."))
    told = MACHINE(Varchar(400, default="", help_text="What an operator should read."))
    at = MACHINE(Timestamptz())

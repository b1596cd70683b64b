from piccolo.columns import UUID, Boolean, ForeignKey, OnDelete, Timestamptz
from piccolo.table import Table

from app.errors import N_
from app.models.generations import Creation
from app.models.ids import uuid7
from app.models.inventory import WORK, WORK_TOLD


class Release(Table, help_text=N_("Covers you chose and words you put into files")):
    """What a maker wants of a piece's files. The row is the work: its files are written anew until both times agree."""

    id = WORK_TOLD(UUID(primary_key=True, default=uuid7))
    creation = WORK(ForeignKey(Creation, on_delete=OnDelete.cascade, null=False, unique=True))
    cover = WORK(ForeignKey(Creation, on_delete=OnDelete.set_null, null=True, help_text="Null: the studio draws it."))
    words = WORK(Boolean(default=False, help_text="Title, maker, prompt and lyrics travel inside the files."))
    asked_at = WORK_TOLD(Timestamptz())
    done_at = WORK_TOLD(Timestamptz(null=True, default=None))

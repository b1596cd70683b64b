from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Real,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)  # fmt: skip
from piccolo.table import Table

from app.errors import N_
from app.models import ids
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import LIKING, WORK, WORK_SECRET, WORK_TOLD


class Kind(StrEnum):
    IMAGE = "image"
    SONG = "song"


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


UNFINISHED = (Status.QUEUED, Status.RUNNING)
FINISHED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class Licence(StrEnum):
    RESERVED = "reserved"
    BY = "by"
    BY_SA = "by-sa"
    CC0 = "cc0"


class Generation(Table, help_text=N_("What you asked to be made")):
    """One asking. The row is the work: workers claim it, and `attempt` fences off whoever lost it."""

    id = WORK(UUID(primary_key=True, default=uuid7))
    owner = WORK(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    kind = WORK(Varchar(5))
    model = WORK(Varchar(200))
    params: Any = WORK(JSONB(help_text="By diffusers' own names, the seed always drawn before it is stored."))
    visibility = WORK(Varchar(7))
    status = WORK(Varchar(9, default=Status.QUEUED.value))
    cost = WORK(Integer(help_text="Credits held at submit."))
    rate = WORK_TOLD(Integer(default=1000, help_text="Thousandths of a credit a million units of work, when asked."))
    price_list = WORK_TOLD(Varchar(20, default="", help_text="Which price list said so."))
    work = WORK(
        BigInt(
            help_text="Size of the work: pixels times steps, or what a song costs beside them; unit of learned speed."
        )
    )
    attempt = WORK_TOLD(SmallInt(default=0))
    step = WORK_TOLD(Integer(default=0, help_text="The last step of the last attempt; filled in when it ends."))
    total_steps = WORK(Integer())
    worker = WORK_SECRET(Varchar(80, default=""))
    lease_until = WORK_SECRET(Timestamptz(null=True, default=None))
    expected_at = WORK_TOLD(
        Timestamptz(null=True, default=None, help_text="Promised start; only ever moves forward in time.")
    )
    watch_token = WORK_SECRET(Varchar(22, default=ids.token, unique=True))
    watchable = WORK_TOLD(Boolean(default=False, help_text="The maker handed out the watch link."))
    guarded = WORK_TOLD(Boolean(default=False, help_text="A rule about words is met: only its maker watches it form."))
    request_key = WORK_SECRET(
        Varchar(64, null=True, default=None, help_text="The form's own id: a replay finds this row.")
    )
    error = WORK_TOLD(Varchar(200, default="", help_text="A sentence for its maker, marked for translation."))
    retry_of = WORK_TOLD(UUID(null=True, default=None))
    queued_at = WORK(Timestamptz())
    started_at = WORK(Timestamptz(null=True, default=None))
    finished_at = WORK(Timestamptz(null=True, default=None))


class Creation(Table, help_text=N_("Pictures and songs")):
    """One kept result. Its address and its bytes are found by tokens; `media_key` changes when it is made private."""

    stored_in = "creations"

    id = WORK(UUID(primary_key=True, default=uuid7))
    owner = WORK(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    generation = WORK(ForeignKey(Generation, on_delete=OnDelete.set_null, null=True))
    kind = WORK(Varchar(5))
    position = WORK(SmallInt(default=0, help_text="Which picture of its generation, from 0."))
    slug = WORK(Varchar(22, default=ids.token, unique=True))
    media_key = WORK_SECRET(Varchar(22, default=ids.token, unique=True))
    title = WORK(
        Varchar(120, default="", help_text="Given by the maker; empty means the prompt speaks, if it is shown.")
    )
    prompt = WORK(Text(default=""))
    show_prompt = WORK(Boolean(default=True))
    params: Any = WORK(JSONB())
    model = WORK(Varchar(200))
    seed = WORK(BigInt(default=0))
    visibility = WORK(Varchar(7))
    width = WORK(Integer(default=0))
    height = WORK(Integer(default=0))
    seconds = WORK(Real(default=0.0, help_text="How long a song is."))
    gain = WORK(Real(default=0.0, help_text="Decibels that bring a song to the loudness all are played at."))
    bytes = WORK(BigInt(default=0))
    color = WORK(Varchar(7, default="#888888", help_text="Mean colour, shown until the picture has loaded."))
    held = WORK_TOLD(Varchar(5, default="", help_text="hold or block, by a decision; then it is private."))
    veiled = WORK_TOLD(Boolean(default=False, help_text="Others see it behind a veil until they press."))
    judged_by = WORK_TOLD(Varchar(16, default="", help_text="By which rules about words it was judged last."))
    likeness = WORK_TOLD(Varchar(64, default="", help_text="How a picture looks, to know a removed one again."))
    heard = WORK_TOLD(Text(default="", help_text="How a song is heard, to know a removed one again."))
    likes = WORK_TOLD(Integer(default=0))
    remix = WORK(Boolean(default=False, help_text="Others may make something from it, while it is public."))
    licence = WORK(Varchar(8, default="reserved", help_text="What others may do with it, while it is public."))
    version = WORK_TOLD(Integer(default=1, help_text="Grows with every change: the key of cached markup."))
    created_at = WORK(Timestamptz())
    published_at = WORK(Timestamptz(null=True, default=None, help_text="Null while private; orders Explore."))
    deleted_at = WORK(Timestamptz(null=True, default=None, help_text="Set by delete; undo clears it; a sweep erases."))


class Lineage(Table, help_text=N_("What your pieces were made from")):
    """What a creation was made from. The line stays when the parent goes; only then nobody can tell what it was."""

    id = WORK_TOLD(UUID(primary_key=True, default=uuid7))
    child = WORK_TOLD(ForeignKey(Creation, on_delete=OnDelete.cascade, null=False))
    parent = WORK_TOLD(ForeignKey(Creation, on_delete=OnDelete.set_null, null=True))
    position = WORK_TOLD(SmallInt(default=0))


class ShareLink(Table, help_text=N_("Share links")):
    """A revocable, expiring way to one private creation."""

    id = WORK_TOLD(UUID(primary_key=True, default=uuid7))
    creation = WORK_TOLD(ForeignKey(Creation, on_delete=OnDelete.cascade, null=False))
    token = WORK_SECRET(Varchar(22, default=ids.token, unique=True))
    media_key = WORK_SECRET(
        Varchar(22, default=ids.token, unique=True, help_text="Its own way to the bytes, dead when it is.")
    )
    views = WORK_TOLD(Integer(default=0))
    created_at = WORK_TOLD(Timestamptz())
    expires_at = WORK_TOLD(Timestamptz(null=True, default=None))
    revoked_at = WORK_TOLD(Timestamptz(null=True, default=None))


class Like(Table, tablename="creation_like", help_text=N_("Likes you gave")):
    """`like` is a reserved word in SQL."""

    id = LIKING(UUID(primary_key=True, default=uuid7))
    creation = LIKING(ForeignKey(Creation, on_delete=OnDelete.cascade, null=False))
    account = LIKING(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    created_at = LIKING(Timestamptz())

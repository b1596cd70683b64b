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

from app.models import ids
from app.models.accounts import Account
from app.models.ids import uuid7


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


class Generation(Table):
    """One asking. The row is the work: workers claim it, and `attempt` fences off whoever lost it."""

    id = UUID(primary_key=True, default=uuid7)
    owner = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(5)
    model = Varchar(200)
    params: Any = JSONB(help_text="By diffusers' own names, the seed always drawn before it is stored.")
    visibility = Varchar(7)
    status = Varchar(9, default=Status.QUEUED.value)
    cost = Integer(help_text="Credits charged at submit.")
    work = BigInt(
        help_text="Size of the work: pixels times steps, or what a song costs beside them; unit of learned speed."
    )
    attempt = SmallInt(default=0)
    step = Integer(default=0, help_text="The last step of the last attempt; filled in when it ends.")
    total_steps = Integer()
    worker = Varchar(80, default="")
    lease_until = Timestamptz(null=True, default=None)
    expected_at = Timestamptz(null=True, default=None, help_text="Promised start; only ever moves forward in time.")
    watch_token = Varchar(22, default=ids.token, unique=True)
    watchable = Boolean(default=False, help_text="The maker handed out the watch link.")
    request_key = Varchar(64, null=True, default=None, help_text="The form's own id: a replay finds this row.")
    error = Varchar(200, default="", help_text="A sentence for its maker, marked for translation.")
    retry_of = UUID(null=True, default=None)
    queued_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class Creation(Table):
    """One kept result. Its address and its bytes are found by tokens; `media_key` changes when it is made private."""

    id = UUID(primary_key=True, default=uuid7)
    owner = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    generation = ForeignKey(Generation, on_delete=OnDelete.set_null, null=True)
    kind = Varchar(5)
    position = SmallInt(default=0, help_text="Which picture of its generation, from 0.")
    slug = Varchar(22, default=ids.token, unique=True)
    media_key = Varchar(22, default=ids.token, unique=True)
    title = Varchar(120, default="", help_text="Given by the maker; empty means the prompt speaks, if it is shown.")
    prompt = Text(default="")
    show_prompt = Boolean(default=True)
    params: Any = JSONB()
    model = Varchar(200)
    seed = BigInt(default=0)
    visibility = Varchar(7)
    width = Integer(default=0)
    height = Integer(default=0)
    seconds = Real(default=0.0, help_text="How long a song is.")
    gain = Real(default=0.0, help_text="Decibels that bring a song to the loudness all are played at.")
    bytes = BigInt(default=0)
    color = Varchar(7, default="#888888", help_text="Mean colour, shown until the picture has loaded.")
    likes = Integer(default=0)
    version = Integer(default=1, help_text="Grows with every change: the key of cached markup.")
    created_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None, help_text="Null while private; orders Explore.")
    deleted_at = Timestamptz(null=True, default=None, help_text="Set by delete; undo clears it; a sweep erases.")


class ShareLink(Table):
    """A revocable, expiring way to one private creation."""

    id = UUID(primary_key=True, default=uuid7)
    creation = ForeignKey(Creation, on_delete=OnDelete.cascade, null=False)
    token = Varchar(22, default=ids.token, unique=True)
    media_key = Varchar(22, default=ids.token, unique=True, help_text="Its own way to the bytes, dead when it is.")
    views = Integer(default=0)
    created_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Like(Table, tablename="creation_like"):
    """`like` is a reserved word in SQL."""

    id = UUID(primary_key=True, default=uuid7)
    creation = ForeignKey(Creation, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    created_at = Timestamptz()

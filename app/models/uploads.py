from enum import StrEnum

from piccolo.columns import UUID, BigInt, Boolean, ForeignKey, Integer, OnDelete, Real, Text, Timestamptz, Varchar
from piccolo.table import Table

from app.errors import N_
from app.models.accounts import Account
from app.models.ids import uuid7
from app.models.inventory import BLOCKED, SOURCE, SOURCE_TOLD


class SourceKind(StrEnum):
    IMAGE = "image"
    SOUND = "sound"


class UploadState(StrEnum):
    RECEIVING = "receiving"
    READY = "ready"


class Upload(Table, help_text=N_("Uploads")):
    """Somebody's own picture or sound, to make something from: private, written anew, and kept for a time."""

    stored_in = "uploads"

    id = SOURCE(UUID(primary_key=True, default=uuid7))
    owner = SOURCE(ForeignKey(Account, on_delete=OnDelete.cascade, null=False))
    kind = SOURCE(Varchar(5, default="", help_text="image or sound; empty until its first bytes are here."))
    state = SOURCE(Varchar(9, default=UploadState.RECEIVING.value))
    bytes = SOURCE(BigInt(help_text="Of the quota: while it comes in, what it may become; then what is stored."))
    width = SOURCE(Integer(default=0))
    height = SOURCE(Integer(default=0))
    seconds = SOURCE(Real(default=0.0))
    sha256 = SOURCE_TOLD(
        Varchar(64, default="", help_text="Of the file as it came, for the block list and nothing else.")
    )
    likeness = SOURCE_TOLD(Varchar(64, default="", help_text="How a picture looks, for the block list as well."))
    heard = SOURCE_TOLD(Text(default="", help_text="How a sound is heard, for the block list as well."))
    signer = SOURCE(Varchar(200, default="", help_text="Who had signed the file that came in, as it says itself."))
    machine = SOURCE(Boolean(default=False, help_text="It said that a model had made it."))
    consent = SOURCE(Varchar(400, default="", help_text="What the person confirmed, in the words they read."))
    consented_at = SOURCE(Timestamptz(null=True, default=None))
    keep_until = SOURCE(Timestamptz())
    created_at = SOURCE(Timestamptz())
    deleted_at = SOURCE(
        Timestamptz(null=True, default=None, help_text="Its bytes are gone or going; the sweep ends the row.")
    )


class BlockedFile(Table):
    """A file that was removed for good reason and must not come in again, whoever brings it."""

    sha256 = BLOCKED(Varchar(64, primary_key=True))
    likeness = BLOCKED(
        Varchar(64, default="", help_text="Of a picture: other sizes and formats of it are known by it.")
    )
    heard = BLOCKED(Text(default="", help_text="Of a sound, likewise."))
    reason = BLOCKED(Varchar(200, default=""))
    blocked_at = BLOCKED(Timestamptz())

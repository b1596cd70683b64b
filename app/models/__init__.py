"""The tables. No verbs live here; those are in app/domain."""

from app.models.accounts import Account, Follow, Identity, Session
from app.models.backups import BackupRun
from app.models.billing import ClosedBook, CreditLot, LedgerEntry
from app.models.cases import Case, CaseEvent, CaseState
from app.models.consents import ConsentEvent, Question
from app.models.disclosures import Disclosure
from app.models.generations import Creation, Generation, Kind, Licence, Like, Lineage, ShareLink, Status, Visibility
from app.models.hooks import Delivery, Webhook
from app.models.keys import Answer, ApiKey
from app.models.measured import Measured
from app.models.moderation import HIDING, Decision, Outcome, Report
from app.models.notices import Channel, Notice, NoticeChoice, PushDevice
from app.models.operations import AuditEvent, Heard, SwitchedOff, Worker
from app.models.payments import Payment, Spending
from app.models.policies import PolicySeen, PolicyText
from app.models.privacy import Errand, IdleNotice, Leaving, Sweep, Takeout
from app.models.proofs import Authenticator, Letter, LetterPurpose, Passkey, RecoveryCode
from app.models.releases import Release
from app.models.uploads import BlockedFile, SourceKind, Upload, UploadState

TABLES = [
    Account,
    Identity,
    Session,
    Generation,
    Creation,
    ShareLink,
    Like,
    Follow,
    LedgerEntry,
    Payment,
    Spending,
    AuditEvent,
    Worker,
    Heard,
    Upload,
    BlockedFile,
    Letter,
    Passkey,
    Authenticator,
    RecoveryCode,
    Notice,
    NoticeChoice,
    PushDevice,
    Case,
    CaseEvent,
    Report,
    Decision,
    CreditLot,
    ClosedBook,
    ConsentEvent,
    Lineage,
    Release,
    Takeout,
    Leaving,
    Errand,
    PolicyText,
    PolicySeen,
    ApiKey,
    Answer,
    IdleNotice,
    Sweep,
    Webhook,
    Delivery,
    Disclosure,
    Measured,
    BackupRun,
    SwitchedOff,
]

__all__ = [
    "HIDING",
    "TABLES",
    "Account",
    "Answer",
    "ApiKey",
    "AuditEvent",
    "Authenticator",
    "BackupRun",
    "BlockedFile",
    "Case",
    "CaseEvent",
    "CaseState",
    "Channel",
    "ConsentEvent",
    "Creation",
    "CreditLot",
    "Decision",
    "Delivery",
    "Disclosure",
    "Errand",
    "Follow",
    "Generation",
    "Heard",
    "Identity",
    "IdleNotice",
    "Kind",
    "Leaving",
    "LedgerEntry",
    "Letter",
    "LetterPurpose",
    "Licence",
    "Like",
    "Lineage",
    "Measured",
    "Notice",
    "NoticeChoice",
    "Outcome",
    "Passkey",
    "Payment",
    "PolicySeen",
    "PolicyText",
    "PushDevice",
    "Question",
    "RecoveryCode",
    "Release",
    "Report",
    "Session",
    "ShareLink",
    "SourceKind",
    "Spending",
    "Status",
    "Sweep",
    "SwitchedOff",
    "Takeout",
    "Upload",
    "UploadState",
    "Visibility",
    "Webhook",
    "Worker",
]

"""The tables. No verbs live here; those are in app/domain."""

from app.models.accounts import Account, Identity, Session
from app.models.billing import LedgerEntry
from app.models.generations import Creation, Generation, Kind, Like, ShareLink, Status, Visibility
from app.models.operations import AuditEvent, Worker

TABLES = [Account, Identity, Session, Generation, Creation, ShareLink, Like, LedgerEntry, AuditEvent, Worker]

__all__ = [
    "TABLES", "Account", "AuditEvent", "Creation", "Generation", "Identity", "Kind", "LedgerEntry",
    "Like", "Session", "ShareLink", "Status", "Visibility", "Worker",
]  # fmt: skip

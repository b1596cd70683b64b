"""Keyset pages: a cursor is the place of the last item, so that page ten thousand costs what page one does."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.errors import N_, DomainError

LARGEST = 2**31 - 1  # of PostgreSQL's integer


class Page(msgspec.Struct, frozen=True):
    items: list[Any]
    next: str
    "The cursor of the page after this one; empty at the end."


class BadCursor(DomainError):
    def __init__(self) -> None:
        super().__init__(N_("This page address is not one of ours."))


def page_of(rows: list[Any], size: int, key: Callable[[Any], datetime | int]) -> Page:
    """Rows hold one more than the page when there is a next one."""
    items = rows[:size]
    last = items[-1] if len(rows) > size else None
    return Page(items, cursor_of(key(last), _id(last)) if last else "")


def _id(row: Any) -> UUID:
    return row["id"] if isinstance(row, dict) else row.id


def cursor_of(key: datetime | int, item_id: UUID) -> str:
    text = f"{key.isoformat() if isinstance(key, datetime) else key}|{item_id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after(cursor: str, kind: type = datetime) -> tuple[Any, UUID]:
    """Read a cursor back; BadCursor for anything we did not make."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        key, _, item_id = text.partition("|")
        place = datetime.fromisoformat(key).astimezone(UTC) if kind is datetime else int(key)
        if isinstance(place, int) and abs(place) > LARGEST:
            raise BadCursor
        return place, UUID(item_id)
    except (ValueError, OverflowError):
        raise BadCursor from None

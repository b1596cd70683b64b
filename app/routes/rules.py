"""What the policy asks of every page and every deed, remembered so that hardly any of them asks the database."""

import time
from datetime import date
from uuid import UUID

from app.domain import policies
from app.models import PolicyText

KEPT_SECONDS, MOST_KEPT = 60.0, 100_000
_ahead: dict[str, tuple[float, PolicyText | None]] = {}
_went_on: dict[tuple[UUID, date], None] = {}


async def ahead(language: str) -> PolicyText | None:
    """The version that is announced on every page until it counts; known a minute late at most."""
    kept = _ahead.get(language)
    if kept is None or kept[0] < time.monotonic():
        kept = _ahead[language] = time.monotonic() + KEPT_SECONDS, await policies.coming(language)
    return kept[1]


async def did_something(account_id: UUID) -> None:
    """The first deed of a person on a day; the domain writes down under which version it was."""
    known = account_id, policies.today()
    if known in _went_on:
        return
    if len(_went_on) >= MOST_KEPT:
        _went_on.clear()
    await policies.went_on(account_id)
    _went_on[known] = None


def forget() -> None:
    """For a database that was emptied under us."""
    _ahead.clear()
    _went_on.clear()

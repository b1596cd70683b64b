"""What was kept long enough goes, every night, as retention.toml says; too much at once is a mistake until allowed."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from piccolo.table import Table

from app import retention
from app.domain.leaving import blank
from app.models import TABLES, Sweep, inventory

logger = logging.getLogger(__name__)


async def sweep(now: datetime | None = None) -> None:
    """Begins wherever it was broken off: what is gone is not found again."""
    now = now or datetime.now(UTC)
    for table in TABLES:
        for name in dict.fromkeys(kind.kept for _, kind in inventory.columns(table)):
            limit = retention.classes()[name]
            if limit.days and limit.swept:
                await _sweep(table, name, now - timedelta(days=limit.days))


async def _sweep(table: type[Table], name: str, before: datetime) -> None:
    """The rows, if all of them is of this class; else what of them is."""
    kinds = dict(inventory.columns(table))
    ages: Any = table._meta.get_column_by_name(table.ages_from)  # type: ignore[attr-defined]
    of_class: dict[Any, Any] = {column: blank(column) for column, kind in kinds.items() if kind.kept == name}
    whole = len(of_class) == len(kinds)
    old = ages < before
    if not whole:
        old = old & _says_something(of_class)
    found, of = await table.count().where(old), await table.count()
    what = f"{table._meta.tablename} {name}"
    if not found or await braked(what, found, of):
        return
    await (table.delete() if whole else table.update(of_class)).where(old)
    logger.info("swept %d of %s", found, what)


def _says_something(values: dict[Any, Any]) -> Any:
    condition: Any = None
    for column, empty in values.items():
        differs = column.is_not_null() if empty is None else column != empty
        condition = differs if condition is None else condition | differs
    return condition


async def braked(what: str, found: int, of: int) -> bool:
    """Whether this is more than one night may touch. It is written down either way; `python -m app sweep` shows it."""
    limits = retention.limits()
    too_many = found > limits.brake_rows and found * 100 > of * limits.brake_percent
    allowed = too_many and bool(
        await Sweep.delete().where(Sweep.what == what, Sweep.allowed.eq(True)).returning(Sweep.id)
    )
    stopped = too_many and not allowed
    if found:
        await Sweep.insert(Sweep(what=what, found=found, of=of, stopped=stopped, at=datetime.now(UTC)))
    if stopped:
        logger.error("stopped a sweep of %s: %d of %d are too many for one night", what, found, of)
    return stopped


async def allow(what: str) -> bool:
    """Let the one that was stopped run the next time, once. Returns whether there was such a one."""
    newest = await Sweep.objects().where(Sweep.what == what).order_by(Sweep.at, ascending=False).first()
    if newest is None or not newest.stopped:
        return False
    await Sweep.update({Sweep.allowed: True}).where(Sweep.id == newest.id)
    return True


async def newest() -> list[Sweep]:
    return await Sweep.objects().order_by(Sweep.at, ascending=False).limit(50)

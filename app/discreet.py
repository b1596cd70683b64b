"""Log lines that quote nobody: the messages of exceptions hold what people typed, and PostgreSQL's hold whole rows.

A traceback says where, and of which kind, and for PostgreSQL which rule was broken; never with which words.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatException(self, ei: ExcInfo) -> str:
        return "".join(_told(ei[1], set())).rstrip() if ei[1] else ""


def _told(error: BaseException, known: set[int]) -> Iterator[str]:
    """What came before first, as Python tells it."""
    known.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before and id(before) not in known:
        yield from _told(before, known)
        yield "and then:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}{_rule(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each, known)


def _rule(error: BaseException) -> str:
    """Names that are ours: of a table, of a constraint."""
    names = [getattr(error, name, None) for name in ("sqlstate", "table_name", "constraint_name")]
    return "".join(f" {name}" for name in names if isinstance(name, str))


def begin(level: str) -> None:
    """One line an event, to standard error. Libraries are heard from `info` upwards: below it they tell headers."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    logging.basicConfig(level=max(logging.INFO, getattr(logging, level.upper())), handlers=[handler])
    logging.getLogger("app").setLevel(level.upper())

"""What is known about people, and why: each column says so where it is declared, and everything else is derived.

`name = PROFILE(Varchar(80))` says of the column name: why we have it, on what ground, how long, whether a copy of it is
given, and what becomes of it when its person leaves. Export, erasure, the sweep and the record of processing read this
and nothing else. A table may add words of its own: `whose`, the column that points at its person where no foreign key
does, `ages_from`, the moment from which the days in retention.toml are counted, and `told_when`, a condition in SQL
without which the law forbids that its person hears of a row.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from piccolo.columns import Column, ForeignKey
from piccolo.table import Table

AnyColumn = TypeVar("AnyColumn", bound=Column)


class Purpose(StrEnum):
    """The seven of the policy; there is no eighth."""

    PROVIDE = "provide"
    ACCOUNT = "account"
    PERSONALISE = "personalise"
    ANSWER = "answer"
    NOTIFY = "notify"
    ANALYSE = "analyse"
    PROTECT = "protect"


class Basis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL = "legal"
    INTEREST = "interest"


class Export(StrEnum):
    MOVES = "moves"
    "Brought or made by the person: in the copy, and read again by another studio."
    TOLD = "told"
    "About the person: in the copy, to be read."
    NEVER = "never"
    "A secret that opens something, or nobody's: in no copy."


class Erasure(StrEnum):
    GOES = "goes"
    "With its row, when the person leaves."
    EMPTIED = "emptied"
    "Its row stays for a reason; this does not."
    STAYS = "stays"
    "The law or the books need it, until the days of its class are over."
    NOBODYS = "nobodys"
    "Not about a person."


class Held(msgspec.Struct, frozen=True):
    """Called with a column, gives the same column, which from then on knows this of itself."""

    purpose: Purpose
    basis: Basis
    kept: str
    "A class of retention.toml."
    export: Export
    erasure: Erasure

    def __call__(self, column: AnyColumn) -> AnyColumn:
        column._meta.params[KEY] = self
        return column


KEY = "held"

PROFILE = Held(Purpose.ACCOUNT, Basis.CONTRACT, "account", Export.MOVES, Erasure.EMPTIED)
STANDING = Held(Purpose.ACCOUNT, Basis.CONTRACT, "account", Export.TOLD, Erasure.EMPTIED)
TASTE = Held(Purpose.PERSONALISE, Basis.CONTRACT, "account", Export.MOVES, Erasure.EMPTIED)
SHELL = Held(Purpose.ACCOUNT, Basis.LEGAL, "account", Export.MOVES, Erasure.STAYS)
"What is left of an account when its person is gone: a number that the books may point at."

PROOF = Held(Purpose.ACCOUNT, Basis.CONTRACT, "account", Export.TOLD, Erasure.GOES)
SECRET = Held(Purpose.ACCOUNT, Basis.CONTRACT, "account", Export.NEVER, Erasure.GOES)
SESSION = Held(Purpose.PROTECT, Basis.INTEREST, "session", Export.TOLD, Erasure.GOES)
SESSION_SECRET = Held(Purpose.PROTECT, Basis.INTEREST, "session", Export.NEVER, Erasure.GOES)

WORK = Held(Purpose.PROVIDE, Basis.CONTRACT, "work", Export.MOVES, Erasure.GOES)
WORK_TOLD = Held(Purpose.PROVIDE, Basis.CONTRACT, "work", Export.TOLD, Erasure.GOES)
WORK_SECRET = Held(Purpose.PROVIDE, Basis.CONTRACT, "work", Export.NEVER, Erasure.GOES)
SOURCE = Held(Purpose.PROVIDE, Basis.CONTRACT, "upload", Export.MOVES, Erasure.GOES)
SOURCE_TOLD = Held(Purpose.PROVIDE, Basis.CONTRACT, "upload", Export.TOLD, Erasure.GOES)

LIKING = Held(Purpose.PERSONALISE, Basis.INTEREST, "work", Export.TOLD, Erasure.GOES)
NOTICE = Held(Purpose.NOTIFY, Basis.CONTRACT, "notice", Export.TOLD, Erasure.GOES)
DEVICE = Held(Purpose.NOTIFY, Basis.CONSENT, "device", Export.TOLD, Erasure.GOES)
DEVICE_SECRET = Held(Purpose.NOTIFY, Basis.CONSENT, "device", Export.NEVER, Erasure.GOES)
CORRESPONDENCE = Held(Purpose.ANSWER, Basis.LEGAL, "case", Export.TOLD, Erasure.GOES)
BOOKS = Held(Purpose.PROVIDE, Basis.LEGAL, "books", Export.TOLD, Erasure.STAYS)
PAYMENT = Held(Purpose.PROVIDE, Basis.CONTRACT, "books", Export.TOLD, Erasure.EMPTIED)
CONSENT = Held(Purpose.PROTECT, Basis.LEGAL, "consent", Export.TOLD, Erasure.STAYS)
RECEIPT = Held(Purpose.ACCOUNT, Basis.LEGAL, "receipt", Export.TOLD, Erasure.STAYS)
MEASURED = Held(Purpose.ANALYSE, Basis.CONSENT, "measured", Export.TOLD, Erasure.GOES)
DISCLOSURE = Held(Purpose.PROTECT, Basis.LEGAL, "disclosure", Export.TOLD, Erasure.STAYS)
TAKEOUT = Held(Purpose.ACCOUNT, Basis.LEGAL, "takeout", Export.TOLD, Erasure.GOES)
AUDIT = Held(Purpose.PROTECT, Basis.INTEREST, "audit", Export.TOLD, Erasure.STAYS)
ABUSE = Held(Purpose.PROTECT, Basis.INTEREST, "audit", Export.NEVER, Erasure.GOES)
MACHINE = Held(Purpose.PROVIDE, Basis.CONTRACT, "machine", Export.NEVER, Erasure.NOBODYS)
BLOCKED = Held(Purpose.PROTECT, Basis.LEGAL, "blocked", Export.NEVER, Erasure.NOBODYS)


def held(column: Column) -> Held:
    """What a column says of itself; one that says nothing is an error wherever it is asked."""
    found: Held = column._meta.params[KEY]
    return found


def columns(table: type[Table]) -> Iterator[tuple[Column, Held]]:
    for column in table._meta.columns:
        yield column, held(column)


def whose(table: type[Table], people: type[Table]) -> str:
    """A condition in SQL, true of the rows of the person whose id is bound to it; empty for nobody's tables."""
    if table is people:
        return "id = {}"
    named: Any = getattr(table, "whose", None)
    if named is not None:
        told_when = getattr(table, "told_when", "")
        return f'"{named}" = {{}}' + (f" AND ({told_when})" if told_when else "")
    keys = table._meta.foreign_key_columns
    for key in keys:
        if target(key) is people:
            return f'"{key._meta.name}" = {{}}'
    for key in keys:
        if inner := whose(target(key), people):
            return f'"{key._meta.name}" IN (SELECT id FROM "{target(key)._meta.tablename}" WHERE {inner})'  # noqa: S608
    return ""


def target(key: ForeignKey[Any]) -> type[Table]:
    return key._foreign_key_meta.resolved_references

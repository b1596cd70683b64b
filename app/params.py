"""How what a person asks for is read, field by field, before any credit moves: words, numbers, sources."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from app import cards
from app.errors import N_, DomainError, Invalid

PROMPT_LENGTH = 2000
SEEDS = 2**32


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What something is made from: an upload of one's own, or a creation that may be used."""

    ref: str
    "`upload:` or `creation:`, and its id."
    key: str
    "Where its bytes are."
    media_key: str = ""
    title: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0


Sources = Mapping[str, Source]


class Problems(Invalid):
    "Every field that is wrong, each with its own sentence."

    def __init__(self, errors: dict[str, DomainError]) -> None:
        super().__init__(N_("Some things need another look."))
        self.errors = errors


def read(checks: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """Every field's value, or Problems with every field that is wrong."""
    values: dict[str, Any] = {}
    errors: dict[str, DomainError] = {}
    for field, look in checks.items():
        try:
            values[field] = look()
        except Invalid as error:
            errors[error.field or field] = error
    if errors:
        raise Problems(errors)
    return values


def text(value: Any, field: str, *, required: str = "", limit: int = PROMPT_LENGTH) -> str:
    """`required` is the sentence for who wrote nothing."""
    if not isinstance(value, str | None):
        raise Invalid(N_("This must be text."), field=field)
    # PostgreSQL cannot keep a NUL, and nobody meant one.
    written = (value or "").replace("\0", "").replace("\r\n", "\n").strip()
    if any("\ud800" <= character <= "\udfff" for character in written):
        raise Invalid(N_("This must be text."), field=field)
    if cards.has_one(written):
        raise Invalid(
            N_("This looks like the number of a payment card. Please take it out: nobody here needs it."),
            field=field,
        )
    if required and not written:
        raise Invalid(required, field=field)
    if len(written) > limit:
        raise Invalid(
            N_("This is {length} characters long; at most {limit} fit."),
            field=field, length=len(written), limit=limit,
        )  # fmt: skip
    return written


def number(value: Any, field: str, default: int | None, low: int, high: int) -> Any:
    if value is None or value == "":
        return default
    try:
        if isinstance(value, bool | float) and not float(value).is_integer():
            raise ValueError
        found = int(str(value).strip())  # int() reads Arabic digits too
    except ValueError:
        raise Invalid(N_("This must be a whole number."), field=field) from None
    if not low <= found <= high:
        raise Invalid(N_("This must be between {low} and {high}."), field=field, low=low, high=high)
    return found


def scale(value: Any, field: str, default: float, low: float = 1, high: float = 20) -> float:
    if value is None or value == "":
        return default
    try:
        found = float(str(value).strip().replace("٫", "."))
    except ValueError:
        raise Invalid(N_("This must be a number."), field=field) from None
    if not low <= found <= high:  # also refuses nan
        raise Invalid(N_("This must be between {low} and {high}."), field=field, low=low, high=high)
    return found


def one_of(asked: dict[str, Any], field: str, offered: Sequence[str], default: str) -> str:
    value = asked.get(field) or default
    if value != default and value not in offered:
        raise Invalid(N_("This is not one of the choices."), field=field)
    return str(value)


def refs(value: Any) -> list[str]:
    """One or several sources: a list from a program, words with blanks between from a form."""
    if isinstance(value, str):
        return value.split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


def task_of(asked: dict[str, Any], field: str, tasks: Sequence[str], alone: str) -> str:
    """Which of a model's tasks: without a source the one that needs none, with one the first that takes one."""
    wanted = asked.get("task_type") or ""
    with_source = [task for task in tasks if task != alone]
    if not refs(asked.get(field)):
        if wanted not in {"", alone} or alone not in tasks:
            raise Invalid(N_("Choose what to start from."), field=field)
        return alone
    if not with_source or wanted not in {"", *with_source}:
        raise Invalid(N_("This model cannot do that."), field="task_type" if with_source else field)
    return str(wanted or with_source[0])


def task_if_any(asked: dict[str, Any], field: str, tasks: Sequence[str], alone: str) -> str:
    """The same, where somebody else says what is wrong."""
    try:
        return task_of(asked, field, tasks, alone)
    except Invalid:
        return ""

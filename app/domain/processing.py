"""The record of processing (article 30), read off the columns: what is held, what for, on what ground, how long."""

import msgspec
from piccolo.table import Table

from app import retention
from app.domain.people import personal_tables
from app.errors import N_
from app.models import inventory
from app.models.inventory import Basis, Purpose

PURPOSES = {
    Purpose.PROVIDE: N_("making pictures and songs for you"), Purpose.ACCOUNT: N_("keeping your account"),
    Purpose.PERSONALISE: N_("showing things the way you like"), Purpose.ANSWER: N_("answering you"),
    Purpose.NOTIFY: N_("telling you what concerns you"), Purpose.ANALYSE: N_("understanding how the studio is used"),
    Purpose.PROTECT: N_("protecting people and the studio"),
}  # fmt: skip
BASES = {
    Basis.CONSENT: N_("your consent"), Basis.CONTRACT: N_("our agreement with you"),
    Basis.LEGAL: N_("a duty by law"), Basis.INTEREST: N_("a legitimate interest"),
}  # fmt: skip


BALANCES = {
    Purpose.PROTECT: N_(
        "Who signs in from where, and who changed what, is written down so that a stranger in your account is found."
        " It names no place closer than a network, and nobody reads it without a reason."
    ),
    Purpose.PERSONALISE: N_(
        "What you like and whom you follow chooses what “For you” shows, and Create begins as you made something last."
        " Others see only sums. An objection ends both at once."
    ),
    Purpose.ANALYSE: N_("Counting visits needs your yes in any case; an objection ends it in every browser at once."),
}


class Processing(msgspec.Struct, frozen=True):
    """One kind of data. Titles and purposes are marked for translation, how long is said by language."""

    table: str
    title: str
    columns: list[str]
    purposes: list[str]
    bases: list[str]
    kept: dict[str, list[str]]


def record() -> list[Processing]:
    return [_of(table) for table in personal_tables()]


def _of(table: type[Table]) -> Processing:
    kinds = list(inventory.columns(table))
    classes = [retention.classes()[name] for name in dict.fromkeys(kind.kept for _, kind in kinds)]
    return Processing(
        table._meta.tablename, title(table), [column._meta.name for column, _ in kinds],
        [PURPOSES[purpose] for purpose in dict.fromkeys(kind.purpose for _, kind in kinds)],
        [BASES[basis] for basis in dict.fromkeys(kind.basis for _, kind in kinds)],
        {language: [each.why[language] for each in classes] for language in ("en", "ar")},
    )  # fmt: skip


def title(table: type[Table]) -> str:
    return str(table._meta.help_text or table.__name__)

"""What others may do with a public piece. Its maker says so; until then all rights are theirs."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.errors import N_, Invalid
from app.models import Licence


class Terms(msgspec.Struct, frozen=True):
    name: str
    meaning: str
    address: str = ""
    "Where its full text is, and what other programs know it by."


COMMONS = "https://creativecommons.org"
TERMS: Mapping[str, Terms] = {
    Licence.RESERVED: Terms(N_("All rights reserved"), N_("Look and listen here; for anything else, ask its maker.")),
    Licence.BY: Terms("CC BY 4.0", N_("Use it for anything and say who made it."), f"{COMMONS}/licenses/by/4.0/"),
    Licence.BY_SA: Terms(
        "CC BY-SA 4.0", N_("Use it for anything, say who made it, and pass it on in the same way."),
        f"{COMMONS}/licenses/by-sa/4.0/",
    ),
    Licence.CC0: Terms(
        "CC0 1.0", N_("Use it for anything, as if it were your own."), f"{COMMONS}/publicdomain/zero/1.0/"
    ),
}  # fmt: skip


def check(licence: str) -> None:
    if licence not in TERMS:
        raise Invalid(N_("This is not one of the choices."), field="licence")


def of(creation: Any) -> Terms:
    """A row or a mapping."""
    return TERMS[creation["licence"] if isinstance(creation, dict) else creation.licence]

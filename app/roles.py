"""Who may what. Every door says in its `may=` which power it wants; a door that says nothing opens for nobody."""

from enum import StrEnum


class Role(StrEnum):
    GUEST = "guest"  # nobody in particular
    CREATOR = "creator"
    MODERATOR = "moderator"
    SUPPORT = "support"
    BILLING = "billing"
    DPO = "dpo"
    ADMIN = "admin"
    SYSTEM = "system"  # housekeeping and workers: they act by themselves and come through no door


class Power(StrEnum):
    LOOK = "look"  # what everybody may see, and the doors that decide for themselves
    MAKE = "make"  # things of one's own, and one's account
    CASES = "cases"  # read and answer what people wrote to us
    MODERATE = "moderate"
    BILL = "bill"
    PROTECT = "protect"  # requests about personal data
    ADMINISTER = "administer"


EVERYBODY, PEOPLE = {Power.LOOK}, {Power.LOOK, Power.MAKE}
MAY: dict[Role, set[Power]] = {
    Role.GUEST: EVERYBODY,
    Role.CREATOR: PEOPLE,
    Role.MODERATOR: PEOPLE | {Power.CASES, Power.MODERATE},
    Role.SUPPORT: PEOPLE | {Power.CASES},
    Role.BILLING: PEOPLE | {Power.BILL},
    Role.DPO: PEOPLE | {Power.CASES, Power.PROTECT},
    Role.ADMIN: set(Power),
    Role.SYSTEM: set(),
}
GIVEN = set(Role) - {Role.GUEST, Role.SYSTEM}
"What an account can be."


def may(role: str, power: str) -> bool:
    return power in MAY[Role(role)]


def is_staff(role: str) -> bool:
    return bool(MAY[Role(role)] - PEOPLE)

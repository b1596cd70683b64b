"""What the studio can do for a while without: each switch has a sentence for whoever finds it off.

A row is a switch that is off. Every process remembers what it read for half a second, so a switch counts everywhere
within one, whoever else is away; whoever has begun something finishes it.
"""

import time
from uuid import UUID

import msgspec

from app import db
from app.domain import audit
from app.errors import N_, DomainError, Invalid
from app.models import SwitchedOff

REMEMBERED = 0.5


class Switch(msgspec.Struct, frozen=True):
    name: str
    off: str
    "What people are told."


SWITCHES = {
    "sign-ups": Switch(
        N_("Signing up"), N_("Nobody new is taken in at the moment. Whoever has an account signs in as always.")
    ),
    "songs": Switch(N_("Making songs"), N_("No songs are made at the moment. Pictures are.")),
    "uploads": Switch(
        N_("Bringing files"), N_("No files are taken in at the moment. What you brought before can be used.")
    ),
    "publishing": Switch(
        N_("Making things public"), N_("Nothing is made public at the moment. Choose private; you can show it later.")
    ),
    "buying": Switch(N_("Buying credits"), N_("Nothing is sold at the moment. The credits that you have stay good.")),
    "explore": Switch(N_("Explore"), N_("Explore is closed at the moment. What you made is in your library.")),
}

_read_at, _off = 0.0, frozenset[str]()


class Off(DomainError):
    "By whoever runs the studio, for a while."

    status = 503


async def is_on(name: str) -> bool:
    global _read_at, _off
    if time.monotonic() - _read_at > REMEMBERED:
        _off = await all_off()
        _read_at = time.monotonic()
    return name not in _off


async def must_be_on(name: str, field: str | None = None) -> None:
    if not await is_on(name):
        raise Off(SWITCHES[name].off, field=field)


async def all_off() -> frozenset[str]:
    return frozenset(row["name"] for row in await SwitchedOff.select(SwitchedOff.name))


async def turn(name: str, on: bool, actor_id: UUID) -> None:
    """Turning it twice the same way is written down once."""
    if name not in SWITCHES:
        raise Invalid(N_("This is not one of the choices."))
    async with db.transaction():
        if on:
            changed = await SwitchedOff.delete().where(SwitchedOff.name == name).returning(SwitchedOff.name)
        else:
            changed = await SwitchedOff.raw(
                "INSERT INTO switched_off (name) VALUES ({}) ON CONFLICT (name) DO NOTHING RETURNING name", name
            )
        if changed:
            await audit.note(actor_id, "switch.on" if on else "switch.off", f"switch:{name}")
    forget()


def forget() -> None:
    """The next question is asked of the database."""
    global _read_at
    _read_at = 0.0

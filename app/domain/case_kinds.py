"""What people may want from us, by when each is answered, who of the staff answers, and what is often said."""

from datetime import datetime, timedelta

import msgspec

from app.errors import N_

MONTH = timedelta(days=30)


class Kind(msgspec.Struct, frozen=True):
    name: str
    within: timedelta = MONTH
    power: str = "cases"
    asked_here: bool = False
    "Offered on the support page; the others have doors of their own."


KINDS: dict[str, Kind] = {
    "question": Kind(N_("A question or something that does not work"), timedelta(days=3), asked_here=True),
    "payment": Kind(N_("A payment"), timedelta(days=3), asked_here=True),
    "removal": Kind(N_("Something of mine should be removed"), timedelta(hours=48), "moderate", asked_here=True),
    "child": Kind(N_("An account of a child under 13"), timedelta(hours=24), "moderate", asked_here=True),
    "report": Kind(N_("A report"), timedelta(days=7), "moderate"),
    "urgent": Kind(N_("A report of intimate pictures or of a danger"), timedelta(hours=48), "moderate"),
    "appeal": Kind(N_("An appeal"), timedelta(days=14), "moderate"),
    "access": Kind(N_("A copy of my data"), power="protect"),
    "rectify": Kind(N_("A correction of my data"), power="protect"),
    "erase": Kind(N_("Erasure of my data"), power="protect"),
    "restrict": Kind(N_("My data kept and not used"), power="protect"),
    "object": Kind(N_("An objection to a use of my data"), power="protect"),
    "portability": Kind(N_("My data for another studio"), power="protect"),
    "california": Kind(N_("California: what is done with my data"), power="protect"),
    "mail": Kind(N_("A mail"), timedelta(days=3)),
}

# Words for what is asked every day. They are shown in the language of the case, and changed before they are sent.
CANNED = {
    "thanks": (N_("Thank you"), N_("Thank you for writing. We have looked into it, and this is what we found:")),
    "more": (
        N_("Tell us more"),
        N_("We would like to help and need to know more: what did you do, and what happened then?"),
    ),
    "credits": (
        N_("Credits back"),
        N_("What does not succeed costs nothing: its credits are back already. You can see it under “Your credits”."),
    ),
    "done": (N_("Done"), N_("It is done. If something is still not right, simply answer.")),
}  # fmt: skip


def due(kind: str, received: datetime) -> datetime:
    """What the kind allows, and never later than a calendar month: the shorter of the two, as the law counts."""
    return min(received + KINDS[kind].within, month_after(received))


def month_after(moment: datetime) -> datetime:
    """The same day of the next month, or that month's last day where there is none."""
    year, month = moment.year + moment.month // 12, moment.month % 12 + 1
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month, day=min(day, moment.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")

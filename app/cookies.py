"""Every cookie and every key of browser storage, each with its reason: the page /cookies, and what a crawl may find."""

from typing import NamedTuple

from app.errors import N_


class Kept(NamedTuple):
    """`days` 0: until the browser is closed. `needs` names the purpose without whose yes it never appears."""

    name: str
    where: str
    why: str
    days: float
    needs: str = ""


KEPT = [
    Kept("session", "cookie", N_("Keeps you signed in. On https it is called __Host-session."), 30),
    Kept("age", "cookie", N_("Whether you said that you are 13 or older: a yes or a no and a seal, no date."), 1),
    Kept("language", "cookie", N_("The language you chose."), 365),
    Kept("theme", "cookie", N_("Light, dark, or as the device."), 365),
    Kept(
        "consent", "cookie", N_("What you answered about counting visits, and a random number it is filed under."), 180
    ),
    Kept("player", "sessionStorage", N_("What was playing, so that it goes on with the next page."), 0),
    Kept("htmx-current-path-for-history", "sessionStorage", N_("The page you are on, so that Back works."), 0),
    Kept("_ga", "cookie", N_("Google Analytics: tells one browser from another."), 730, "analytics"),
    Kept("_ga_*", "cookie", N_("Google Analytics: holds the visit together."), 730, "analytics"),
]

"""Everything the studio may tell a person: the words, the way to what it is about, and the channels it goes by.

The words are the same in a mail, on the page and in a line behind the bell, so nothing here quotes what somebody made.
"""

from string import Formatter

import msgspec

from app.errors import N_
from app.models import Channel

APP, MAIL, PUSH = Channel.APP, Channel.MAIL, Channel.PUSH
GROUPS = {
    "work": N_("Your work"),
    "support": N_("Support and reports"),
    "money": N_("Credits and payments"),
    "news": N_("The studio and its rules"),
    "privacy": N_("Your data"),
    "security": N_("Security"),
}


class Kind(msgspec.Struct, frozen=True):
    group: str
    name: str
    "What it is called among the choices."
    title: str
    text: str
    path: str = "/notices"
    channels: dict[Channel, bool] = msgspec.field(default_factory=lambda: {APP: True, MAIL: True})
    "The ways it may go, and whether it does unless its person chose otherwise."
    fixed: bool = False
    "Cannot be turned off: somebody may depend on it."

    @property
    def facts(self) -> set[str]:
        """What it cannot be told without."""
        parts = (Formatter().parse(text) for text in (self.title, self.text, self.path))
        return {name for each in parts for _, name, _, _ in each if name}


KINDS: dict[str, Kind] = {
    "piece.done": Kind(
        "work", N_("A piece is finished"),
        N_("A piece of yours is finished"), N_("It hangs in your library now."), "/g/{generation}",
        {APP: False, MAIL: False, PUSH: True},
    ),
    "piece.failed": Kind(
        "work", N_("A piece did not work"),
        N_("A piece of yours did not work"), N_("Your credits are back. You can try it again."), "/g/{generation}",
        {APP: False, MAIL: False, PUSH: True},
    ),
    "webhook.off": Kind(
        "work", N_("An address of your programs was switched off"),
        N_("We do not reach {host} any more"),
        N_("What it was to be told waits. Switch it on again when it answers."), "/account/webhooks",
    ),
    "case.received": Kind(
        "support", N_("We have your message"),
        N_("We have your message: case {number}"), N_("You will hear from us by {due_at} at the latest."),
        "/support/{number}{key}", fixed=True,
    ),
    "case.due": Kind(
        "support", N_("A request waits"),
        N_("Case {number} waits for an answer"), N_("It is due on {due_at}."),
        "/admin/cases/{number}", fixed=True,
    ),
    "case.answered": Kind(
        "support", N_("We answered you"),
        N_("An answer to your case {number}"), "{answer}", "/support/{number}{key}", fixed=True,
    ),
    "report.received": Kind(
        "support", N_("We have your report"),
        N_("We have your report: case {number}"),
        N_("A person looks at it. You will hear from us by {due_at} at the latest."),
        "/explore", fixed=True,
    ),
    "report.decided": Kind(
        "support", N_("What came of your report"),
        N_("Your report, case {number}, was decided"), "{answer}", "/explore", fixed=True,
    ),
    "piece.held": Kind(
        "support", N_("Something of yours was hidden"),
        N_("A piece of yours was hidden"),
        N_("The page says why, and how to ask another person to look at it again."),
        "/decisions/{decision}", fixed=True,
    ),
    "piece.waits": Kind(
        "support", N_("Something of yours waits for a look"),
        N_("A person looks at a piece of yours before others see it"),
        N_("A rule set it aside, and nobody has judged it yet. Until then it is yours alone, and you hear from us."),
        "/decisions/{decision}", fixed=True,
    ),
    "piece.veiled": Kind(
        "support", N_("Something of yours is behind a veil"),
        N_("A piece of yours is behind a veil"),
        N_("Others see it after a press. The page says why, and how to ask another person to look at it again."),
        "/decisions/{decision}", fixed=True,
    ),
    "piece.released": Kind(
        "support", N_("Something of yours is shown again"),
        N_("A piece of yours is as it was before"), N_("We looked at it again. The page says what was decided."),
        "/decisions/{decision}", fixed=True,
    ),
    "money.receipt": Kind(
        "money", N_("A payment arrived"),
        N_("Thank you: {credits} credits are yours"), N_("The receipt is among your payments."), "/billing",
    ),
    "money.refunded": Kind(
        "money", N_("A payment was returned"),
        N_("A payment was returned to you"), N_("How much, and which credits went with it, is among your payments."),
        "/billing",
    ),
    "money.failed": Kind(
        "money", N_("A payment did not work"),
        N_("A payment did not work"), N_("Nothing was taken. You can try another way to pay."), "/billing",
    ),
    "money.low": Kind(
        "money", N_("Credits run low"),
        N_("You have {left} credits left"), N_("What you are making goes on. More can be had on your page of credits."),
        "/billing", {APP: True, MAIL: False},
    ),
    "policy.changed": Kind(
        "news", N_("Our rules change"),
        N_("Our privacy policy changes on {from_at}"), N_("What is different, sentence by sentence, is on this page."),
        "/privacy/history/{version}", fixed=True,
    ),
    "privacy.ready": Kind(
        "privacy", N_("Your copy is ready"),
        N_("The copy of your data is ready"), N_("You can fetch it until {until_at}."), "/privacy/center", fixed=True,
    ),
    "privacy.disclosed": Kind(
        "privacy", N_("The law made us hand something out"),
        N_("The law made us hand out something about you"),
        N_("It was on {handed_at}. To whom, on which ground and exactly what stands in your privacy centre."),
        "/privacy/center#disclosed", fixed=True,
    ),
    "privacy.inactive": Kind(
        "privacy", N_("Your account is about to end"),
        N_("Your account has been quiet and will end on {end_at}"),
        N_("One press on the page, and it stays. Otherwise it and everything in it is erased."), "/stay/{stay}",
        fixed=True,
    ),
    "privacy.erased": Kind(
        "privacy", N_("Your account was erased"),
        N_("Your account was erased"), N_("What had to stay, and until when: {kept}"), "/privacy", fixed=True,
    ),
    "account.verify": Kind(
        "security", N_("Confirm your address"),
        N_("Confirm your address"), N_("Open this page once, and the address is yours here."), "{path}",
        {MAIL: True}, fixed=True,
    ),
    "account.reset": Kind(
        "security", N_("A new password"),
        N_("Choose a new password"),
        N_("Somebody asked for this, we hope you. If it was not you, do nothing; your password stays as it is."),
        "{path}", {MAIL: True}, fixed=True,
    ),
    "account.enter": Kind(
        "security", N_("Sign in by mail"),
        N_("Your way into the studio"), N_("This link works once and only for a short time. Give it to nobody."),
        "{path}", {MAIL: True}, fixed=True,
    ),
    "account.taken": Kind(
        "security", N_("Somebody signed up with your address"),
        N_("You have an account already"),
        N_("Somebody just signed up with this address. If it was you, sign in instead. If not, nothing has changed."),
        "/sign-in", {MAIL: True}, fixed=True,
    ),
    "account.unreachable": Kind(
        "security", N_("Your address takes no mail"),
        N_("Our mails do not reach you"),
        N_("Your address refused the last one for good."
           " Give us another, or you could not come in without your password."),
        "/account/address", {APP: True}, fixed=True,
    ),
    "account.moved": Kind(
        "security", N_("A new way to sign in"),
        N_("Choose a password for the studio"),
        N_("You no longer sign in through Clerk. What you made is where it was: ask for a new password, and come in."),
        "/reset", {MAIL: True}, fixed=True,
    ),
    "security.clerk": Kind(
        "security", N_("You sign in through Clerk now"),
        N_("From now on you sign in through Clerk"),
        N_("Since {time_at}. Passwords, passkeys and keys for programs of before open nothing any more."),
        "/account/security", fixed=True,
    ),
    "security.device": Kind(
        "security", N_("A new device"),
        N_("Somebody signed in on a new device"),
        N_("{device}, at {time_at}. If it was not you, sign it out and change your password."), "/account/security",
        fixed=True,
    ),
    "security.password": Kind(
        "security", N_("Your password changed"),
        N_("Your password was changed"), N_("At {time_at}. If it was not you, choose a new one at once."),
        "/account/security", fixed=True,
    ),
    "security.address": Kind(
        "security", N_("Your address changed"),
        N_("The address of your account was changed"),
        N_("At {time_at}. If it was not you, write to us at once: answer this mail or use the support page."),
        "/support", fixed=True,
    ),
    "security.factor": Kind(
        "security", N_("How you sign in changed"),
        N_("A way to sign in was added or removed"), N_("{factor}, at {time_at}. If it was not you, look now."),
        "/account/security", fixed=True,
    ),
    "security.key": Kind(
        "security", N_("A key for programs"),
        N_("A key for programs was made"), N_("“{name}”, at {time_at}. If it was not you, take it back."), "/account",
        fixed=True,
    ),
}  # fmt: skip

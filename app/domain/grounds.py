"""Why something may not be shown, in the words of whoever reports it and of whoever decides."""

import msgspec

from app.errors import N_


class Ground(msgspec.Struct, frozen=True):
    name: str
    rule: str
    "Law or rule that it is measured by, as the decision names it."
    urgent: bool = False
    "Answered within 48 hours."
    nameless: bool = False
    "May be reported without a name, as the law wants it."


GROUNDS = {
    "intimate": Ground(
        N_("It shows somebody intimately who did not agree"),
        N_("Our rule: nobody is shown intimately without having agreed."), urgent=True,
    ),
    "child": Ground(
        N_("It shows a child sexually"), N_("The law: sexual pictures of children are forbidden everywhere."),
        urgent=True, nameless=True,
    ),
    "danger": Ground(
        N_("Somebody is in danger"), N_("Our rule: nothing that puts somebody in danger."), urgent=True,
    ),
    "hate": Ground(N_("Hatred or threats"), N_("Our rule: no hatred and no threats against people.")),
    "person": Ground(
        N_("It pretends to be a real person"), N_("Our rule: nobody's face or voice is used to deceive."),
    ),
    "rights": Ground(N_("It uses a work of mine"), N_("The law: works belong to those who made them.")),
    "law": Ground(N_("It breaks a law in another way"), N_("The law, as named in the reasons.")),
    "rules": Ground(N_("It breaks the rules of the studio"), N_("Our rules, as named in the reasons.")),
}  # fmt: skip

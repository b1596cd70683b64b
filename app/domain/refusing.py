"""What is refused by a rule about words: before anything is charged, and with the way to a person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain import asking, audit, judging
from app.errors import N_, Invalid
from app.rulebook import Verdict

REFUSED = "refused"
"The field that the sentence belongs to: where it stands, the way to a person stands as well."

NOT_PUBLIC = N_(
    "A machine that judges for this studio does not let this be public. Nothing was charged; as something private it"
    " can be made."
)
STAYS_PRIVATE = N_("A machine that judges for this studio does not let this be public. It stays private.")


async def check_words(account_id: UUID, params: Mapping[str, Any]) -> bool:
    """Whether a rule is met that lets it be made, and that nobody else watches before it is judged."""
    judged = judging.words(params)
    if judged.verdict is Verdict.BLOCK:
        await audit.note(account_id, "prompt.refused", f"account:{account_id}", ground=judged.ground)
        raise Invalid(N_("The studio does not make this, by a rule about words. Nothing was charged."), field=REFUSED)
    return judged.verdict is not Verdict.ALLOW


async def check_public(account_id: UUID, params: Mapping[str, Any], sentence: str = NOT_PUBLIC) -> bool:
    """The same of what is to be public by the operator's own judge. Call outside of any transaction."""
    said = await asking.about_words(params)
    if said.verdict is Verdict.BLOCK:
        await audit.note(account_id, "prompt.refused", f"account:{account_id}", ground=said.ground)
        raise Invalid(sentence, field=REFUSED)
    return said.verdict is not Verdict.ALLOW

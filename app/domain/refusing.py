"""What is refused by a rule about words: before anything is charged, and with the way to a person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.domain import audit, judging
from app.errors import N_, Invalid
from app.rulebook import Verdict

REFUSED = "refused"
"The field that the sentence belongs to: where it stands, the way to a person stands as well."


async def check_words(account_id: UUID, params: Mapping[str, Any]) -> bool:
    """Whether a rule is met that lets it be made, and that nobody else watches before it is judged."""
    judged = judging.words(params)
    if judged.verdict is Verdict.BLOCK:
        await audit.note(account_id, "prompt.refused", f"account:{account_id}", ground=judged.ground)
        raise Invalid(N_("The studio does not make this, by a rule about words. Nothing was charged."), field=REFUSED)
    return judged.verdict is not Verdict.ALLOW

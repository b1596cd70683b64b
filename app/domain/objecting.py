"""What may be done with a person's data, asked where it is read: nothing while it is withheld, nor what they object to.

Only what rests on our own interest can be objected to; what the agreement or the law needs is ended by leaving.
"""

from uuid import UUID

from app import db
from app.domain import audit, consents
from app.errors import N_, Invalid, Refused
from app.models import Account
from app.models.inventory import Purpose

OPEN = (Purpose.PERSONALISE, Purpose.ANALYSE)
REASONS = N_(
    "We may not stop this: without a log of sign-ins nobody could tell a stranger in your account from you."
    " If you see it otherwise, write to us, and a person will look at it."
)


def may_use(account: Account, purpose: Purpose) -> bool:
    """The account is at hand wherever somebody is known, so asking costs nothing."""
    return account.withheld_at is None and purpose not in objections_of(account)


def objections_of(account: Account) -> set[str]:
    return set(account.objects_to.split())


async def object_to(account_id: UUID, purpose: str, objects: bool) -> None:
    """From the next reading on. Objecting twice is once."""
    if purpose == Purpose.PROTECT:
        raise Refused(REASONS)
    if purpose not in OPEN:
        raise Invalid(N_("This is not one of the choices."))
    async with db.transaction():
        [row] = await Account.raw("SELECT objects_to FROM account WHERE id = {} FOR UPDATE", account_id)
        said = set(row["objects_to"].split())
        said = said | {purpose} if objects else said - {purpose}
        await Account.update({Account.objects_to: " ".join(sorted(said))}).where(Account.id == account_id)
        if objects:
            await consents.forget_steps(account_id)
        await audit.note(account_id, "objection" if objects else "objection.end", purpose)

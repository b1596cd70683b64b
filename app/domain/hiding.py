"""Everything of somebody's made private by one press: what is finished, what forms, what was deleted, what is held."""

from uuid import UUID

from app import db
from app.domain import audit, library, releases
from app.domain import generation as generations
from app.models import Account, Creation, Generation, Visibility
from app.models.ids import token
from app.realtime import bus
from app.realtime.events import CreationChanged, CreationWithdrawn

MOST_ANNOUNCED = 1000
"The newest are what stands on open pages; older ones are gone at the next look."


async def hide_all(owner_id: UUID, later_too: bool = False) -> int:
    """All or none, as by the switch of each. With later_too, what is made from now on is private unless they say so.

    Returns how many were public. Links to what was private already are left as their maker gave them.
    """
    async with db.transaction():
        await _hide_generations(owner_id)  # first: whoever is about to keep a result waits here, or is waited for
        hidden = await _hide_creations(owner_id)
        uncovered = await releases.uncover(hidden)
        await _let_nothing_come_back(owner_id)
        if later_too:
            await Account.update({Account.default_visibility: Visibility.PRIVATE.value}).where(Account.id == owner_id)
        await audit.note(owner_id, "creation.hide_all", str(owner_id), pieces=len(hidden))
    await _announce(owner_id, hidden)
    await library.take_covers_away(uncovered)
    return len(hidden)


async def _hide_generations(owner_id: UUID) -> None:
    """The finished ones too: to ask for one again is to ask for what it was."""
    rows = await Generation.raw(
        "SELECT id FROM generation WHERE owner = {} AND (visibility = 'public' OR watchable) ORDER BY id FOR UPDATE",
        owner_id,
    )  # fmt: skip
    await Generation.raw(
        "UPDATE generation SET visibility = 'private', watchable = false, watch_token = fresh.token"
        " FROM unnest({}::uuid[], {}::text[]) AS fresh (id, token) WHERE generation.id = fresh.id",
        [row["id"] for row in rows], [token() for _ in rows],
    )  # fmt: skip


async def _hide_creations(owner_id: UUID) -> list[UUID]:
    """Newest first, those that undo may bring back included."""
    rows = await Creation.raw(
        "SELECT id FROM creation WHERE owner = {} AND visibility = 'public' ORDER BY id DESC FOR UPDATE", owner_id
    )  # fmt: skip
    hidden = [row["id"] for row in rows]
    await Creation.raw(
        "UPDATE creation SET visibility = 'private', published_at = NULL, version = version + 1, media_key = fresh.key"
        " FROM unnest({}::uuid[], {}::text[]) AS fresh (id, key) WHERE creation.id = fresh.id",
        hidden, [token() for _ in hidden],
    )  # fmt: skip
    await Creation.raw(
        "UPDATE share_link SET revoked_at = now() WHERE creation = ANY({}) AND revoked_at IS NULL", hidden
    )  # fmt: skip
    return hidden


async def _let_nothing_come_back(owner_id: UUID) -> None:
    """A piece that the studio held and gives back was public once; it comes back to its maker alone."""
    await Creation.raw(
        "UPDATE decision SET visibility_before = 'private' FROM creation"
        " WHERE decision.creation = creation.id AND creation.owner = {} AND creation.held <> ''",
        owner_id,
    )  # fmt: skip


async def _announce(owner_id: UUID, hidden: list[UUID]) -> None:
    shown = hidden[:MOST_ANNOUNCED]
    await bus.publish_all(
        *[(bus.EXPLORE, CreationWithdrawn(each)) for each in shown],
        *[(bus.account_topic(owner_id), CreationChanged(each)) for each in shown],
    )  # fmt: skip
    for unfinished in await generations.unfinished_of(owner_id):
        await generations.announce(unfinished)

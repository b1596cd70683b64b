"""Who may see a generation form, and what of its results: its maker, whoever was given the link, and for a public one
everybody until it ends."""

from typing import Any
from uuid import UUID

from app.domain import generation as generations
from app.domain import veiling
from app.domain.withheld import is_withheld
from app.errors import NotFound
from app.models import Creation, Generation, Visibility
from app.models.generations import UNFINISHED
from app.models.ids import token


async def get_watchable(generation_id: UUID, viewer_id: UUID | None, watch_token: str = "") -> Generation:
    generation = await generations.find(generation_id)
    if generation is None or not lets_watch(generation, viewer_id, watch_token):
        raise NotFound
    if generation.owner != viewer_id and await is_withheld(generation.owner):
        raise NotFound
    return generation


async def may_watch(generation_id: UUID, viewer_id: UUID | None, watch_token: str = "") -> bool:
    try:
        await get_watchable(generation_id, viewer_id, watch_token)
    except NotFound:
        return False
    return True


def lets_watch(generation: Generation, viewer_id: UUID | None, watch_token: str) -> bool:
    """Its maker; whoever holds the link that the maker handed out; anybody while a public one is being made.

    What a rule about words has met is its maker's alone until it is judged.
    """
    if viewer_id is not None and generation.owner == viewer_id:
        return True
    if generation.guarded:
        return False
    if generation.watchable and watch_token and watch_token == generation.watch_token:
        return True
    return bool(generation.visibility == Visibility.PUBLIC and generation.status in UNFINISHED)


async def set_watchable(generation_id: UUID, owner_id: UUID, watchable: bool) -> Generation:
    """Hand out the watch link, or take it back: a link taken back never works again."""
    from_now: dict[Any, Any] = {Generation.watchable: watchable}
    if not watchable:
        from_now[Generation.watch_token] = token()
    rows = await (
        Generation.update(from_now).where(Generation.id == generation_id, Generation.owner == owner_id)
        .returning(Generation.id)
    )  # fmt: skip
    if not rows:
        raise NotFound
    generation = await generations.get_own(generation_id, owner_id)
    await generations.announce(generation)
    return generation


async def visible_creations_of(generation: Generation, viewer_id: UUID | None) -> list[Creation]:
    """What of its results a viewer may see: a watch link never opens a private picture's bytes to strangers."""
    creations = await generations.creations_of(generation.id)
    return creations if viewer_id == generation.owner else seen_by_others(creations)


def seen_by_others(creations: list[Creation]) -> list[Creation]:
    return [veiling.behind(each) for each in creations if each.visibility == Visibility.PUBLIC]


async def being_made(limit: int = 12) -> list[dict[str, Any]]:
    """Public ones that anybody may watch form, their ids and sizes: every Explore page asks."""
    return await Generation.raw(
        "SELECT id, coalesce((params->>'width')::int, 1) AS width,"
        " coalesce((params->>'height')::int, 1) AS height FROM generation"
        " WHERE status = 'running' AND visibility = 'public' AND NOT guarded ORDER BY queued_at DESC, id DESC LIMIT {}",
        limit,
    )

"""What a person asks for, from asking to its end. The row is the work; what changes it is here or in work.py."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from app import catalog, db, image_params, prices, settings, song_params
from app.domain import allowance, credits, hooks, publishing, refusing, sources, switches, waiting
from app.domain.paging import Page, after, page_of
from app.domain.withheld import must_be_in_use
from app.errors import N_, Conflict, Invalid, NotFound, TooMany
from app.models import Creation, Generation, Kind, Status, Visibility
from app.models.generations import UNFINISHED
from app.models.ids import token
from app.realtime import bus
from app.realtime.events import CreditsChanged, GenerationChanged
from app.workers import queue

KEY_LENGTH = 64
PAGE = 24
IS_UNFINISHED = Generation.status.is_in([status.value for status in UNFINISHED])


async def submit(
    owner_id: UUID, model_id: str, asked: dict[str, Any], visibility: str,
    request_key: str | None = None, retry_of: UUID | None = None, kind: str = Kind.IMAGE.value,
    confirmed: int | Literal[True] = 0,
) -> Generation:  # fmt: skip
    """Check, hold the credits, insert, ring. A replayed request_key answers with the row it made the first time."""
    checked, model, work = await read(owner_id, kind, model_id, asked)
    publishing.check(visibility)
    await _must_be_on(kind, visibility)
    if request_key and (len(request_key) > KEY_LENGTH or not request_key.isprintable()):
        raise Invalid(N_("We could not read that."))
    if request_key and (again := await _asked_before(owner_id, request_key)):
        return again
    await must_be_in_use(owner_id)
    words = msgspec.to_builtins(checked)
    guarded = await refusing.check_words(owner_id, words)
    if visibility == Visibility.PUBLIC:
        guarded |= await refusing.check_public(owner_id, words)
    await credits.grant_daily(owner_id)
    rate = prices.rate_of(model.id)
    asked_now = Generation(
        owner=owner_id, kind=kind, model=model.id, params=msgspec.json.encode(checked).decode(),
        visibility=str(visibility), status=Status.QUEUED.value,
        cost=prices.price(work, rate), work=work, rate=rate, price_list=prices.current().list,
        total_steps=checked.num_inference_steps, request_key=request_key or None, retry_of=retry_of, guarded=guarded,
        queued_at=datetime.now(UTC),
    )  # fmt: skip
    try:
        async with db.transaction():
            left = await credits.hold(owner_id, asked_now.cost, _reference(asked_now))
            await allowance.check(owner_id, asked_now.cost, confirmed)
            await allowance.warn(owner_id, left + asked_now.cost, left)
            if await _unfinished(owner_id) >= settings.get().max_queued:
                raise TooMany(N_("You have {limit} unfinished already. Wait for one, or cancel one."),
                              limit=settings.get().max_queued)  # fmt: skip
            await Generation.insert(asked_now)
    except asyncpg.UniqueViolationError:
        # The same form sent twice at the same moment: the first one won.
        again = await _asked_before(owner_id, request_key or "")
        if again is None:
            raise
        return again
    await queue.ring(asked_now.id)
    await announce(asked_now)
    return await get_own(asked_now.id, owner_id)


async def read(owner_id: UUID, kind: str, model_id: str, asked: dict[str, Any]) -> tuple[Any, Any, int]:
    """What is asked, checked; of which model; and how much work it is."""
    if kind not in set(Kind):
        raise Invalid(N_("This is not one of the choices."), field="kind")
    found = await sources.find(owner_id, kind, asked)
    if kind == Kind.SONG:
        song_model = catalog.song(model_id)
        wanted = song_params.check(song_model, asked, found)
        return wanted, song_model, song_model.work_of(wanted)
    model = catalog.get(model_id)
    checked = image_params.check(model, asked, found)
    return checked, model, model.work_of(checked)


async def _must_be_on(kind: str, visibility: str) -> None:
    if kind == Kind.SONG:
        await switches.must_be_on("songs")
    await publishing.must_be_open(visibility)


async def cancel(generation_id: UUID, owner_id: UUID) -> Generation:
    """End it now, whoever works on it, and give back the share of the steps that were not run."""
    generation = await get_own(generation_id, owner_id)
    done = await waiting.steps_done(generation)
    async with db.transaction():
        rows = await (
            Generation.update({
                Generation.status: Status.CANCELED.value, Generation.finished_at: datetime.now(UTC),
                Generation.step: done, Generation.lease_until: None,
            })
            .where(Generation.id == generation_id, Generation.owner == owner_id)
            .where(IS_UNFINISHED)
            .returning(Generation.id)
        )  # fmt: skip
        if rows:
            unused = generation.cost * (generation.total_steps - done) // generation.total_steps
            await settle(generation, generation.cost - unused)
            await hooks.tell(owner_id, "generation.canceled", generation_id)
    if rows:
        await queue.stop(generation_id)
        await announce(generation)
    return await get_own(generation_id, owner_id)


async def retry(generation_id: UUID, owner_id: UUID, confirmed: int | Literal[True] = 0) -> Generation:
    """Ask again with every parameter, the seed included."""
    generation = await get_own(generation_id, owner_id)
    if generation.status in UNFINISHED:
        raise Conflict(N_("This one has not ended yet."))
    return await submit(
        owner_id, generation.model, generation.params, generation.visibility, retry_of=generation.id,
        kind=generation.kind, confirmed=confirmed,
    )  # fmt: skip


async def set_visibility(generation_id: UUID, owner_id: UUID, visibility: str) -> Generation:
    """While it is being made. Private also takes back the watch link, and the result will be private."""
    publishing.check(visibility)
    await publishing.must_be_open(visibility)
    changes: dict[Any, Any] = {Generation.visibility: str(visibility)}
    if visibility == Visibility.PRIVATE:
        changes |= {Generation.watchable: False, Generation.watch_token: token()}
    elif await _is_to_be_guarded(await get_own(generation_id, owner_id)):
        changes[Generation.guarded] = True
    rows = await (
        Generation.update(changes).where(Generation.id == generation_id, Generation.owner == owner_id)
        .where(IS_UNFINISHED)
        .returning(Generation.id)
    )  # fmt: skip
    generation = await get_own(generation_id, owner_id)
    if not rows:
        raise Conflict(N_("This one has ended; change its pictures instead."))
    await announce(generation)
    return generation


async def _is_to_be_guarded(generation: Generation) -> bool:
    """Private until now, it was judged by nobody else."""
    params: Any = generation.params
    return (
        generation.visibility == Visibility.PRIVATE
        and generation.status in UNFINISHED
        and await refusing.check_public(generation.owner, params, refusing.STAYS_PRIVATE)
    )


async def get_own(generation_id: UUID, owner_id: UUID) -> Generation:
    generation = await find(generation_id)
    if generation is None or generation.owner != owner_id:
        raise NotFound
    return generation


async def find(generation_id: UUID) -> Generation | None:
    return await Generation.objects().get(Generation.id == generation_id).output(load_json=True)


async def unfinished_of(owner_id: UUID) -> list[Generation]:
    return await (
        Generation.objects().where(Generation.owner == owner_id)
        .where(IS_UNFINISHED)
        .order_by(Generation.id, ascending=False).output(load_json=True)
    )  # fmt: skip


async def recent_of(owner_id: UUID, limit: int = 8) -> list[Generation]:
    return await (
        Generation.objects().where(Generation.owner == owner_id)
        .order_by(Generation.id, ascending=False).limit(limit).output(load_json=True)
    )  # fmt: skip


async def last_of(owner_id: UUID, kind: str) -> Generation | None:
    found: Generation | None = await (
        Generation.objects().where(Generation.owner == owner_id, Generation.kind == kind)
        .order_by(Generation.id, ascending=False).first().output(load_json=True)
    )  # fmt: skip
    return found


async def list_own(owner_id: UUID, cursor: str = "") -> Page:
    """Newest first, the unfinished among them."""
    query = Generation.objects().where(Generation.owner == owner_id)
    if cursor:
        query = query.where(Generation.id < after(cursor)[1])  # ids sort by time
    rows = await query.order_by(Generation.id, ascending=False).limit(PAGE + 1).output(load_json=True)
    return page_of(rows, PAGE, lambda last: last.queued_at)


async def creations_of(generation_id: UUID) -> list[Creation]:
    return await (
        Creation.objects().where(Creation.generation == generation_id, Creation.deleted_at.is_null())
        .order_by(Creation.position).output(load_json=True)
    )  # fmt: skip


async def settle(generation: Generation, used: int) -> None:
    """What was used is paid, the rest comes back. Call inside the transaction that ends it."""
    await credits.settle(generation.owner, used, _reference(generation))


async def announce(generation: Generation) -> None:
    event = GenerationChanged(generation.id, generation.owner)
    await bus.publish_all(
        (bus.account_topic(generation.owner), event),
        (bus.generation_topic(generation.id), event),
        (bus.account_topic(generation.owner), CreditsChanged(generation.owner)),
    )


def _reference(generation: Generation) -> str:
    return f"generation:{generation.id}"


async def _asked_before(owner_id: UUID, request_key: str) -> Generation | None:
    return await (
        Generation.objects().get((Generation.owner == owner_id) & (Generation.request_key == request_key))
        .output(load_json=True)
    )  # fmt: skip


async def _unfinished(owner_id: UUID) -> int:
    return await Generation.count().where(Generation.owner == owner_id, IS_UNFINISHED)

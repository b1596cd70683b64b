"""The worker's verbs: claim, beat, succeed, fail, hand back. Each write carries the attempt, which is the fence."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from app import db, settings
from app.domain import asking, hooks, measuring, notices, setting_aside, sources
from app.domain import generation as generations
from app.domain.waiting import forget_progress
from app.errors import N_
from app.models import Creation, Generation, Status, Visibility, Worker
from app.models.ids import uuid7

ATTEMPTS = 3
GAVE_UP = N_("This did not work after three tries. Your credits are back.")
RUNNING = Generation.status == Status.RUNNING.value


class Made(msgspec.Struct, frozen=True):
    """One finished picture or song whose bytes are already stored under creations/{id}/."""

    id: UUID
    position: int
    seed: int
    width: int
    height: int
    bytes: int
    color: str
    seconds: float = 0.0
    gain: float = 0.0
    likeness: str = ""
    heard: str = ""


def _mine(work: Generation) -> Any:
    """The fence. The name counts as well: an attempt that was handed back has its number given out again."""
    return (
        (Generation.id == work.id) & (Generation.attempt == work.attempt) & (Generation.worker == work.worker) & RUNNING
    )


async def claim(worker: str, models: list[str], loaded: str = "") -> Generation | None:
    """Take the work of whoever had the fewest GPU-seconds lately, then first come; None when there is none.

    Seconds count in steps of ten, and within a step the model that is loaded goes first. Work whose lease ran out
    is taken as well: its worker is dead, or will find at its next write that it lost.
    """
    rows = await Generation.raw(
        """
        WITH spent AS (
            SELECT owner, sum(extract(epoch FROM coalesce(finished_at, now()) - started_at)) AS seconds
            FROM generation WHERE started_at > now() - interval '1 hour' GROUP BY owner
        )
        UPDATE generation SET
            status = 'running', attempt = attempt + 1, step = 0, worker = {},
            started_at = now(), lease_until = now() + {}::interval
        WHERE id = (
            SELECT g.id FROM generation g LEFT JOIN spent USING (owner)
            WHERE g.model = ANY({}) AND (
                g.status = 'queued' OR (g.status = 'running' AND g.lease_until < now() AND g.attempt < {})
            )
            ORDER BY floor(coalesce(spent.seconds, 0) / 10), g.model <> {}, g.queued_at, g.id
            LIMIT 1 FOR UPDATE OF g SKIP LOCKED
        )
        RETURNING id
        """,
        worker, timedelta(seconds=settings.get().lease_seconds), models, ATTEMPTS, loaded,
    )  # fmt: skip
    if not rows:
        return None
    claimed = await generations.find(rows[0]["id"])
    if claimed:
        await generations.announce(claimed)
    return claimed


async def waiting(models: list[str]) -> bool:
    """Whether there is anything to claim: the safety net under a bell that was not heard."""
    rows = await Generation.raw(
        "SELECT EXISTS (SELECT 1 FROM generation WHERE model = ANY({}) AND (status = 'queued'"
        " OR (status = 'running' AND lease_until < now()))) AS any",
        models,
    )
    return bool(rows[0]["any"])


async def beat(work: Generation, step: int) -> bool:
    """Renew the lease. False means it is ours no more: stop, and touch nothing.

    The database's clock decides, here as in the claim: a worker whose own clock is late would lose all its work.
    """
    rows = await Generation.raw(
        "UPDATE generation SET lease_until = now() + {}::interval, step = {}"
        " WHERE id = {} AND attempt = {} AND worker = {} AND status = 'running' RETURNING id",
        timedelta(seconds=settings.get().lease_seconds), step, work.id, work.attempt, work.worker,
    )  # fmt: skip
    return bool(rows)


async def succeed(work: Generation, made: list[Made]) -> bool:
    """Close the row if it is still ours and keep the results in the same transaction. False: throw the bytes away.

    What is to be public is asked about before that; changed its maker their mind meanwhile, it begins again.
    """
    while (visibility := await _wanted(work)) is not None:
        pieces = [asking.Piece(one.id, work.kind, work.params) for one in made]
        said = await asking.about(pieces if visibility == Visibility.PUBLIC else [])
        if await _close(work, made, visibility, said):
            await generations.announce(work)
            return True
    return False


async def _wanted(work: Generation) -> str | None:
    """Public or private, as its maker wants it now; None when it is ours no more."""
    rows = await Generation.select(Generation.visibility).where(_mine(work))
    return str(rows[0]["visibility"]) if rows else None


async def _close(work: Generation, made: list[Made], visibility: str, said: dict[UUID, asking.Said]) -> bool:
    now = datetime.now(UTC)
    async with db.transaction():
        # Locked and compared here: its maker may have changed the visibility while somebody was asked.
        rows = await Generation.raw(
            "UPDATE generation SET status = 'succeeded', step = total_steps, finished_at = {}, lease_until = NULL"
            " WHERE id = {} AND attempt = {} AND worker = {} AND status = 'running' AND visibility = {} RETURNING id",
            now, work.id, work.attempt, work.worker, visibility,
        )  # fmt: skip
        if not rows:
            return False
        await generations.settle(work, work.cost)
        await notices.tell(work.owner, "piece.done", generation=str(work.id))
        await hooks.tell(work.owner, "generation.succeeded", work.id)
        await measuring.note("generation_finished", work.owner)
        creations = [_creation(work, one, visibility, now) for one in made]
        await Creation.insert(*creations)
        for one in made:
            await sources.keep_lineage(one.id, work.params)
        for creation in creations:
            await setting_aside.judge_new(creation, work.params, said.get(creation.id, asking.NOTHING))
    return True


async def kept(made: list[Made]) -> bool:
    """Whether these very results are in the library: a commit may have happened although its answer was lost."""
    return bool(await Creation.exists().where(Creation.id == made[0].id))


def _creation(work: Generation, made: Made, visibility: str, now: datetime) -> Creation:
    params: Any = work.params
    return Creation(
        **msgspec.structs.asdict(made), owner=work.owner, generation=work.id, kind=work.kind,
        prompt=params["prompt"], params=msgspec.json.encode(params).decode(), model=work.model,
        visibility=visibility, created_at=now, published_at=now if visibility == "public" else None,
    )  # fmt: skip


async def fail(work: Generation, sentence: str = GAVE_UP) -> None:
    """End it if it is still ours; the credits come back in the same transaction."""
    async with db.transaction():
        rows = await (
            Generation.update({
                Generation.status: Status.FAILED.value, Generation.error: sentence, Generation.lease_until: None,
                Generation.finished_at: datetime.now(UTC),
            })
            .where(_mine(work)).returning(Generation.id)
        )  # fmt: skip
        if rows:
            await generations.settle(work, used=0)
            await notices.tell(work.owner, "piece.failed", generation=str(work.id))
            await hooks.tell(work.owner, "generation.failed", work.id)
    if rows:
        await generations.announce(work)


async def hand_back(work: Generation) -> None:
    """An orderly stop: the next worker takes it at once, and it does not count as a try."""
    await forget_progress(work)  # before anybody else can have it: the next attempt bears the same number
    await _queue_again(work, work.attempt - 1)


async def try_again(work: Generation) -> None:
    """The attempt broke but the process lives: give it to the next claim at once, or give up after three."""
    if work.attempt >= ATTEMPTS:
        await fail(work)
        return
    await _queue_again(work, work.attempt)


async def _queue_again(work: Generation, tries: int) -> None:
    again: dict[Any, Any] = {
        Generation.status: Status.QUEUED.value, Generation.lease_until: None, Generation.step: 0,
        Generation.attempt: tries,
    }  # fmt: skip
    await Generation.update(again).where(_mine(work))
    await generations.announce(work)


async def give_up_lost() -> int:
    """Work whose third worker died: fail it, so that nothing waits for ever. Returns how many."""
    lost = await (
        Generation.objects().where(RUNNING, Generation.attempt >= ATTEMPTS, db.raw_where("lease_until < now()"))
        .output(load_json=True)
    )  # fmt: skip
    for work in lost:
        await fail(work)
    return len(lost)


async def present(name: str, device: str, models: list[str], loaded: str) -> None:
    """Say that this worker lives."""
    await Worker.raw(
        "INSERT INTO worker (id, name, device, models, loaded, seen_at) VALUES ({}, {}, {}, {}, {}, now())"
        " ON CONFLICT (name) DO UPDATE SET device = excluded.device, models = excluded.models,"
        " loaded = excluded.loaded, seen_at = now()",
        uuid7(), name, device[:80], ",".join(models)[:400], loaded[:200],
    )  # fmt: skip


async def absent(name: str) -> None:
    await Worker.delete().where(Worker.name == name)


async def forget_the_dead() -> None:
    """Workers that were killed had no time to say goodbye."""
    await Worker.delete().where(db.raw_where("seen_at < now() - interval '1 day'"))


async def seen() -> list[dict[str, Any]]:
    """Workers heard of in the last fifteen seconds."""
    return await Worker.raw("SELECT * FROM worker WHERE seen_at > now() - interval '15 seconds' ORDER BY name")

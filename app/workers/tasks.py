"""What arq calls: claim one piece of work, make it, say how it went."""

import asyncio
import logging
import os
import time
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app import catalog, db, settings, weights
from app.domain import sources
from app.domain import work as works
from app.errors import N_, NotFound
from app.models import Generation
from app.workers import finishing, queue, shown
from app.workers.engine import Canceled, CannotLoad, Engine, Picture, Song
from app.workers.enlarging import enlarge
from app.workers.gathering import gather
from app.workers.mask import keep_outside
from app.workers.reporter import Reporter

logger = logging.getLogger(__name__)

HAND_OVER_SECONDS = 0.5
CANNOT_LOAD = N_("This model cannot be loaded here. Your credits are back.")
SOURCE_GONE = N_("What it was to be made from is not there any more. Your credits are back.")


async def generate(ctx: dict[str, Any], generation_id: str) -> None:
    """The ring says that there is work; which work is next is decided by the claim, not by who rang."""
    bench: Bench = ctx["bench"]
    try:
        work = await works.claim(bench.name, bench.models, bench.loaded)
    except db.UNREACHABLE:
        logger.warning("the database is away; the row waits for its return")
        return
    if work is not None:
        await bench.make(work)


class Bench:
    """The worker's one place of work: the loaded engine and the piece that is on it."""

    def __init__(self, name: str, engines: dict[str, Engine], redis: Redis) -> None:
        self.name = name
        self.engines = engines
        self.redis = redis
        self.loaded = ""
        self.reporter: Reporter | None = None
        self.leaving = False

    @property
    def models(self) -> list[str]:
        return list(self.engines)

    async def engine(self, name: str) -> Engine:
        """Loaded when first needed; the one before it makes room."""
        engine = self.engines[name]
        if self.loaded != name:
            if self.loaded:
                self.engines[self.loaded].unload()
                self.loaded = ""
            known = catalog.everything().get(name)
            if faults := weights.faults(name, known.kind if known else "image"):
                raise CannotLoad(f"The model {name} cannot be loaded: {' '.join(faults)}")
            logger.info("loading %s", name)
            await asyncio.to_thread(engine.setup)
            self.loaded = name
        return engine

    async def make(self, work: Generation) -> None:
        started = time.monotonic()
        asked: Any = work.params
        chosen = settings.get()
        reporter = self.reporter = Reporter(work, chosen.preview_hz)
        if self.leaving:
            reporter.stop()  # the signal came between the claim and here
        await reporter.begin()
        beside = (keep(work, reporter), listen(self.redis, work, reporter))
        helpers = [asyncio.create_task(each) for each in beside]
        made: list[works.Made] = []
        try:
            params = await gather(work)
            signers = await sources.signers(asked)
            engine = await self.engine(work.model)
            finished = await asyncio.to_thread(engine.run, params, reporter)
            for position, each in enumerate(finished):
                each, files = await asyncio.to_thread(finish, each, work.model, params)
                made.append(await finishing.store(each, position, files, signers))
            await self.hand_over(work, made)
        except Canceled:
            await reporter.close()  # our last frame goes out before anybody else's first
            if self.leaving:
                await works.hand_back(work)
                await queue.ring(work.id)
        except NotFound:
            await works.fail(work, SOURCE_GONE)
        except CannotLoad as error:
            logger.error("%s", error)
            await works.fail(work, CANNOT_LOAD)
        except Exception:
            # The traceback may hold a prompt only if a library puts it there; the id finds the row.
            logger.exception("attempt %d of generation %s broke", work.attempt, work.id)
            await finishing.discard(made)
            await works.try_again(work)
            await queue.ring(work.id)
        finally:
            await reporter.close()
            for helper in helpers:
                helper.cancel()
            self.reporter = None
            logger.info("generation %s: %.2f s", work.id, time.monotonic() - started)

    async def hand_over(self, work: Generation, made: list[works.Made]) -> None:
        """However long the database is away: what was made is neither lost nor, if the answer was, thrown away."""
        while True:
            try:
                if not await works.succeed(work, made) and not await works.kept(made):
                    await finishing.discard(made)  # somebody else has it, or its maker ended it
                return
            except db.UNREACHABLE:
                if self.leaving:
                    return  # another worker makes it again
                await asyncio.sleep(HAND_OVER_SECONDS)

    def leave(self) -> None:
        """An orderly stop: end within a step and hand the work back."""
        self.leaving = True
        if self.reporter:
            self.reporter.stop()


def finish(finished: Picture | Song, model: str, params: dict[str, Any]) -> tuple[Picture | Song, dict[str, bytes]]:
    """What is kept, with its files."""
    if isinstance(finished, Song):
        return finished, finishing.song_files(finished)
    known = catalog.models().get(model)
    picture = finished._replace(image=enlarge(finished.image, known.enlarge if known else 1))
    if params.get("task_type") == "inpaint":
        picture = picture._replace(image=keep_outside(picture.image, params["image"][0], params["mask_image"]))
    return picture, shown.files(picture.image)


async def keep(work: Generation, reporter: Reporter) -> None:
    """Renew the lease while the steps go on. Lost it: stop at the next step. Hung: leave, and be started again."""
    chosen = settings.get()
    while not reporter.stopped:
        with suppress(*db.UNREACHABLE):
            if not await works.beat(work, reporter.step):
                reporter.stop()
        if time.monotonic() - reporter.stepped_at > chosen.step_timeout_seconds:
            logger.error("generation %s hangs in step %d", work.id, reporter.step + 1)
            os._exit(70)  # a thread inside a kernel cannot be ended any other way
        await asyncio.sleep(chosen.lease_seconds / 4)


async def listen(redis: Redis, work: Generation, reporter: Reporter) -> None:
    """Hear a cancel at once; the lease's beat would hear it a little later."""
    try:
        async with redis.pubsub() as pubsub:
            await pubsub.subscribe(queue.stop_topic(work.id))
            async for message in pubsub.listen():
                if message["type"] == "message":
                    reporter.stop()
    except (RedisError, OSError):
        return

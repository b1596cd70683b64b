"""Duties that nobody waits for: erase what is over, fail what was lost. `python -m app housekeeping`."""

import asyncio
import logging
from typing import Any

from arq import cron
from arq.worker import Worker

from app import db
from app.domain import (
    answers,
    audit,
    books,
    credits,
    deliveries,
    devices,
    disclosures,
    errands,
    hooks,
    idling,
    leaving,
    letters,
    library,
    looking_back,
    measuring,
    requests,
    resuming,
    sweeping,
    takeout,
    uploads,
    work,
)
from app.workers import dressing, knocker, post, queue, safekeeping
from app.workers.gatehouse import DUTIES as PROOFS
from app.workers.main import redis_settings
from app.workers.till import DUTIES as MONEY
from app.workers.till import close_till

logger = logging.getLogger(__name__)

_packing = asyncio.Lock()


def _log(sentence: str, count: int) -> None:
    """Only what happened: nobody reads a log of noughts."""
    if count:
        logger.info(sentence, count)


async def sweep(ctx: dict[str, Any]) -> None:
    await work.forget_the_dead()
    await answers.sweep()
    _log("%d credits expired", await credits.expire())
    _log("erased %d items whose days of undo are over", await library.erase_deleted())
    await letters.forget_unopened()
    await hooks.forget_former()
    _log("erased %d uploads whose time is over", await uploads.sweep())
    resuming.sweep(uploads.broken_off())
    _log("erased %d copies whose week is over", await takeout.sweep())


async def clear_orphans(ctx: dict[str, Any]) -> None:
    await devices.cut_addresses()
    _log("erased the files of %d results that no row names", await library.erase_orphans())
    _log("erased the files of %d uploads that no row names", await uploads.erase_orphans())


async def keep_no_longer(ctx: dict[str, Any]) -> None:
    """What its class keeps no longer, and accounts that nobody uses."""
    await sweeping.sweep()
    await books.close()
    await idling.sweep()


async def remind(ctx: dict[str, Any]) -> None:
    _log("reminded staff of %d requests about personal data", await requests.remind())
    _log("told %d people what had to be kept from them until now", await disclosures.tell())


async def give_up(ctx: dict[str, Any]) -> None:
    _log("failed %d generations whose workers were lost; their credits are back", await work.give_up_lost())


async def deliver(ctx: dict[str, Any]) -> None:
    await post.deliver()


async def call_back(ctx: dict[str, Any]) -> None:
    """People's own addresses, which may be slow: their turn keeps nobody's mail waiting."""
    await deliveries.run()


async def knock(ctx: dict[str, Any]) -> None:
    """Apart from the mails: a push service that is slow holds none of them up."""
    await knocker.knock()


async def see_off(ctx: dict[str, Any]) -> None:
    """Whoever leaves is gone within a minute; others are told until they have forgotten as well."""
    await leaving.carry_on()
    await errands.run()


async def pack(ctx: dict[str, Any]) -> None:
    """One at a time: a large copy takes longer than the clock to come round, and is not begun beside itself."""
    if _packing.locked():
        return
    async with _packing:
        _log("made %d copies that people asked for", await takeout.make_waiting())


async def dress(ctx: dict[str, Any]) -> None:
    """Whoever asked looks at the page meanwhile."""
    await dressing.make_waiting()


async def look_back(ctx: dict[str, Any]) -> None:
    """At the start as well: rules are read when a process starts, so that is when they may have changed."""
    _log("%d public pieces were judged by the rules about words as they are now", await looking_back.judge_again())


async def count(ctx: dict[str, Any]) -> None:
    await measuring.tell()


async def seal(ctx: dict[str, Any]) -> None:
    while await audit.seal() == audit.BATCH:
        pass


async def run() -> None:
    async with db.pool(6):
        worker = Worker(
            cron_jobs=[
                cron(sweep, minute={7, 37}, unique=True),
                cron(clear_orphans, hour=3, minute=21, unique=True),
                cron(keep_no_longer, hour=2, minute=40, unique=True, timeout=3600),
                cron(remind, minute=13, unique=True),
                cron(look_back, minute={17, 47}, unique=True, run_at_startup=True, timeout=3600),
                cron(give_up, second={0, 20, 40}, unique=True),
                cron(seal, second={5, 15, 25, 35, 45, 55}, unique=True),
                cron(count, second={15, 45}, unique=True),
                cron(deliver, second=set(range(0, 60, 2)), unique=True),
                cron(call_back, second=set(range(0, 60, 2)), unique=True),
                cron(knock, second=set(range(0, 60, 2)), unique=True),
                cron(dress, second=set(range(1, 60, 2)), unique=True),
                cron(see_off, second={5, 25, 45}, unique=True),
                # Large ones take a while, and are begun anew where they broke off for good.
                cron(pack, second=set(range(0, 60, 5)), unique=True, timeout=6 * 60 * 60),
                *MONEY,
                *PROOFS,
                *safekeeping.duties(),
            ],
            queue_name="housekeeping",
            redis_settings=redis_settings(),
            **queue.OPTIONS,
        )
        try:
            await worker.async_run()
        except asyncio.CancelledError:
            logger.info("stopped")
        finally:
            await worker.close()
            await close_till()

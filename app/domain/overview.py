"""What the staff sees of the studio as it is now. People are counted, never named, and few are no number."""

from typing import Any

import msgspec

from app.domain import work
from app.models import Account, Case, Generation

FEWEST = 10
"A cell with fewer people than this could be somebody in particular."
DAYS = 30


class Overview(msgspec.Struct):
    queued: int
    running: int
    longest_wait: float
    "Seconds that the oldest in the queue has waited."
    workers: list[dict[str, Any]]
    jobs: dict[str, str]
    "What each worker makes now: a generation's id."
    people: int | None
    active: int | None
    "In the last week; None where too few to tell."
    open_cases: int
    late_cases: int
    oldest_due: Any
    days: list[dict[str, Any]]
    "Finished and failed of each of the last days, and from how many people."


async def now() -> Overview:
    [queue] = await Generation.raw(
        "SELECT count(*) FILTER (WHERE status = 'queued') AS queued,"
        " count(*) FILTER (WHERE status = 'running') AS running,"
        " coalesce(extract(epoch FROM now() - min(queued_at) FILTER (WHERE status = 'queued')), 0)::float AS waited"
        " FROM generation WHERE status IN ('queued', 'running')"
    )
    [people] = await Account.raw(
        "SELECT count(*) AS all, count(*) FILTER (WHERE last_active_at > now() - interval '7 days') AS active"
        " FROM account"
    )
    [cases] = await Case.raw(
        "SELECT count(*) AS open, count(*) FILTER (WHERE due_at < now()) AS late, min(due_at) AS due"
        " FROM case_file WHERE state = 'open'"
    )
    jobs = await Generation.raw("SELECT worker, id FROM generation WHERE status = 'running'")
    return Overview(
        queue["queued"], queue["running"], queue["waited"], await work.seen(),
        {row["worker"]: str(row["id"]) for row in jobs}, _told(people["all"]), _told(people["active"]),
        cases["open"], cases["late"], cases["due"], await _days(),
    )  # fmt: skip


def _told(people: int) -> int | None:
    return people if people >= FEWEST else None


async def _days() -> list[dict[str, Any]]:
    """Every day stands there, also one on which nothing was made or too few people did."""
    rows = await Generation.raw(
        "SELECT day::date AS day, count(g.id) FILTER (WHERE g.status = 'succeeded') AS finished,"
        " count(g.id) FILTER (WHERE g.status = 'failed') AS failed, count(DISTINCT g.owner) AS people"
        " FROM generate_series((now() - {}::int * interval '1 day')::date, now()::date, interval '1 day') AS day"
        " LEFT JOIN generation g ON g.finished_at >= day AND g.finished_at < day + interval '1 day'"
        " GROUP BY day ORDER BY day",
        DAYS - 1,
    )  # fmt: skip
    hidden = {"finished": None, "failed": None}
    return [row if row["people"] >= FEWEST or not row["people"] else row | hidden for row in rows]

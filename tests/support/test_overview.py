"""The staff sees how the studio is; few people are never a number."""

from datetime import UTC, datetime

import pytest

from app.domain import cases, overview, work
from app.models import Account, Generation
from tests.people import Person, account, asked, claimed, finished, staff


async def test_the_queue_the_workers_and_the_cases(alice: Person, web):
    await work.present("worker-1", "cuda:0 H200, 139 GB", ["starters/image"], "starters/image")
    await asked(alice.me)
    mine = await claimed("worker-1")
    await asked(alice.me)
    await cases.open_case("question", "", "hello", account_id=alice.me)

    now = await overview.now()
    page = await (await staff(web, "support")).get("/admin")

    assert (now.queued, now.running, now.open_cases, now.late_cases) == (1, 1, 1, 0)
    assert now.jobs == {"worker-1": str(mine.id)}
    assert "H200" in page.text and "makes something" in page.text


@pytest.mark.policy("P19")
@pytest.mark.parametrize(("people", "shown"), [(9, None), (10, 10)])
async def test_few_are_not_counted(clean: None, people: int, shown: int | None):
    first = await account()
    await finished(first.id)
    await Account.raw(
        "INSERT INTO account (id, handle, name, email, last_active_at) SELECT gen_random_uuid(), 'p' || n, 'P',"
        " 'p' || n || '@example.org', now() FROM generate_series(2, {}) AS n",
        people,
    )  # fmt: skip
    await Generation.raw(
        "INSERT INTO generation (id, owner, kind, model, params, visibility, status, cost, work, total_steps,"
        " watch_token, queued_at, started_at, finished_at) SELECT gen_random_uuid(), a.id, g.kind, g.model, g.params,"
        " g.visibility, g.status, g.cost, g.work, g.total_steps, left(a.id::text, 22), g.queued_at, g.started_at, now()"
        " FROM account a CROSS JOIN generation g WHERE a.id <> g.owner"
    )

    now = await overview.now()
    [today] = [day for day in now.days if day["day"] == datetime.now(UTC).date()]

    assert (now.people, now.active, today["finished"]) == (shown, shown, shown)
    assert len(now.days) == overview.DAYS


async def test_an_empty_studio(clean: None, web):
    page = await (await staff(web, "admin")).get("/admin")

    assert page.status_code == 200 and "No worker was heard of" in page.text


async def test_the_part_that_is_asked_for_again(web, alice: Person, clean: None):
    sam = await staff(web, "support")

    part = await sam.get("/admin/now", headers={"HX-Request": "true"})

    assert part.status_code == 200 and "<html" not in part.text

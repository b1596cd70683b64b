"""Thousands of notices, three sudden ends of housekeeping, an hour without a mail server: each arrives, and once."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from signal import SIGKILL

import pytest

from app import db
from app.domain import notices, outbox
from app.models import Account, Notice
from app.workers import post
from tests.notices.mail_server import MailServer
from tests.patience import eventually
from tests.people import Person

# Half of the notices go by mail; NOTICES=1000 is for whoever has no minute.
PEOPLE = int(os.environ.get("NOTICES", "10000")) // 2
HOUSEKEEPING = """
import asyncio
from app import cache, db
from app.workers import post
async def main():
    async with db.pool(6):
        await post.deliver()
        await cache.close()
asyncio.run(main())
"""
NOW = datetime(2026, 11, 30, tzinfo=UTC).isoformat()


async def crowd(size: int) -> None:
    await Account.raw(
        "INSERT INTO account (id, handle, name, email) SELECT gen_random_uuid(), 'p' || n, 'P',"
        " 'p' || n || '@example.org' FROM generate_series(1, {}) AS n",
        size,
    )  # fmt: skip


async def housekeeping() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", HOUSEKEEPING, env=dict(os.environ))


async def leases_run_out() -> None:
    """The clock moves on by more than a lease."""
    await Notice.raw("UPDATE notice SET due_at = now() WHERE sent_at IS NULL AND due_at > now()")


@pytest.mark.policy("P18")
@pytest.mark.policy("P61")
async def test_thousands_and_three_crashes(post_office: MailServer, clean: None):
    """By two channels to everybody. What was taken in the very moment of a crash is sent again under the
    same Message-ID, which is how a mailbox knows it: nobody reads anything twice."""
    await crowd(PEOPLE)
    async with db.transaction():
        await notices.tell_everybody("policy.changed", version=2, from_at=NOW)
    assert await Notice.count() == 2 * PEOPLE

    for crash in range(1, 4):
        process = await housekeeping()
        while len(post_office.came) < crash * PEOPLE // 4:
            post_office.more.clear()
            await asyncio.wait_for(post_office.more.wait(), 60)
        process.send_signal(SIGKILL)
        await process.wait()
        await leases_run_out()
    last = await housekeeping()
    assert await asyncio.wait_for(last.wait(), 120) == 0

    assert len(post_office.copies) == PEOPLE
    assert {to for to, _ in post_office.came} == {f"p{n}@example.org" for n in range(1, PEOPLE + 1)}
    again = {message_id: copies for message_id, copies in post_office.copies.items() if copies > 1}
    assert len(again) <= 3 * post.LINES and set(again.values()) <= {2}, "at most one for each line at each crash"
    rows = await Notice.raw(
        "SELECT channel, count(*) AS n, count(DISTINCT account) AS people, count(sent_at) AS sent FROM notice"
        " GROUP BY channel ORDER BY channel"
    )
    assert [(row["channel"], row["n"], row["people"], row["sent"]) for row in rows] == [
        ("app", PEOPLE, PEOPLE, PEOPLE), ("mail", PEOPLE, PEOPLE, PEOPLE),
    ]  # fmt: skip


async def test_two_at_once_do_not_send_twice(post_office: MailServer, clean: None):
    await crowd(300)
    async with db.transaction():
        await notices.tell_everybody("policy.changed", version=2, from_at=NOW)
    await asyncio.gather(post.deliver(), post.deliver(), post.deliver())

    assert len(post_office.came) == len(post_office.copies) == 300


async def clock_moves(by: timedelta) -> None:
    await Notice.raw("UPDATE notice SET due_at = due_at - {}::interval, created_at = created_at - {}::interval", by, by)


@pytest.mark.policy("P18")
async def test_the_mail_server_was_away_for_an_hour(alice: Person, post_office: MailServer):
    async with db.transaction():
        await notices.tell(alice.me, "security.password", time_at=NOW)
    await post_office.close()
    for _ in range(60):
        await post.deliver()
        await clock_moves(timedelta(minutes=1))
    await post_office.open()
    await post.deliver()
    await post.deliver()

    assert len(post_office.to(alice.account.email)) == 1


async def test_nobody_waits_longer_than_three_days(alice: Person, post_office: MailServer):
    async with db.transaction():
        await notices.tell(alice.me, "security.password", time_at=NOW)
    await post_office.close()
    await clock_moves(outbox.GIVE_UP_AFTER)
    await post.deliver()
    await clock_moves(timedelta(hours=1))
    await post_office.open()
    await post.deliver()

    assert post_office.came == [] and await notices.unread(alice.me) == 1


async def test_a_refused_address_stops_nobody_else(alice: Person, bob: Person, post_office: MailServer):
    """One is full for a while, the other is no address: later, and never."""
    post_office.refuses = {alice.account.email: "452 mailbox full", bob.account.email: "550 no such person"}
    for person in (alice, bob):
        async with db.transaction():
            await notices.tell(person.me, "security.password", time_at=NOW)
    await post.deliver()
    post_office.refuses = {}
    await post.deliver()
    early = list(post_office.came)
    await clock_moves(timedelta(minutes=10))
    await post.deliver()

    assert early == []
    assert [to for to, _ in post_office.came] == [alice.account.email]


@pytest.mark.policy("P43")
async def test_without_starttls_nothing_is_said(alice: Person, post_office: MailServer, monkeypatch):
    """This server cannot; unless the operator allows it, no mail goes in the clear."""
    from app import settings

    monkeypatch.setenv("SMTP_URL", post_office.url.partition("?")[0])
    settings.get.cache_clear()
    async with db.transaction():
        await notices.tell(alice.me, "security.password", time_at=NOW)
    await post.deliver()

    assert post_office.came == []
    assert await Notice.exists().where(Notice.channel == "mail", Notice.sent_at.is_null())


async def test_open_pages_hear_the_bell(alice: Person, web, post_office: MailServer):
    from app import cache
    from app.realtime import bus

    async with cache.redis().pubsub() as listening:
        await listening.subscribe(bus.account_topic(alice.me))
        async with db.transaction():
            await notices.tell(alice.me, "security.password", time_at=NOW)
        await post.deliver()

        async def heard() -> bool:
            message = await listening.get_message(ignore_subscribe_messages=True, timeout=1)
            return bool(message and b"notices.changed" in message["data"])

        await eventually(heard)

"""Telling people: one row for each channel in the transaction of what is told. Sending is housekeeping's duty."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.domain.notice_kinds import KINDS, Kind
from app.errors import N_, Invalid
from app.models import Account, Channel, Notice, NoticeChoice
from app.realtime import bus
from app.realtime.events import NoticesChanged

SHOWN = 100
Fact = str | int


class Choice(NamedTuple):
    """One switch of the settings."""

    kind: str
    channel: Channel
    wanted: bool
    fixed: bool


async def tell(account_id: UUID, kind: str, **facts: Fact) -> None:
    """Call inside the transaction of what is told. Moments are ISO strings in facts whose name ends in `_at`."""
    await _insert(kind, facts, account_id)


async def tell_everybody(kind: str, **facts: Fact) -> None:
    """Every account that there is, in one statement; call inside a transaction."""
    await _insert(kind, facts, None)


async def write_to(address: str, kind: str, language: str, **facts: Fact) -> None:
    """A mail to an address that belongs to no account, or no longer; call inside the transaction of what is told."""
    await Notice.raw(
        "INSERT INTO notice (id, address, channel, kind, facts, language)"
        " VALUES (gen_random_uuid(), {}, 'mail', {}, {}, {})",
        address, kind, _checked(kind, facts), language,
    )  # fmt: skip


async def reach(account_id: UUID | None, address: str, kind: str, language: str, **facts: Fact) -> None:
    """The account, or the address where there is none; nobody where neither is known. Call inside the transaction."""
    if account_id:
        await tell(account_id, kind, **facts)
    elif address:
        await write_to(address, kind, language, **facts)


async def _insert(kind: str, facts: dict[str, Fact], account_id: UUID | None) -> None:
    told = KINDS[kind]
    await Notice.raw(
        "INSERT INTO notice (id, account, channel, kind, facts)"
        " SELECT gen_random_uuid(), person.id, way.channel, {}::varchar, {}::jsonb FROM account person"
        " CROSS JOIN unnest({}::varchar[], {}::boolean[]) AS way (channel, usual)"
        " LEFT JOIN notice_choice choice ON NOT {}::boolean AND choice.account = person.id"
        " AND choice.kind = {}::varchar AND choice.channel = way.channel"
        " WHERE ({}::uuid IS NULL OR person.id = {}::uuid) AND coalesce(choice.wanted, way.usual)"
        " AND (way.channel <> 'push' OR EXISTS (SELECT 1 FROM push_device WHERE account = person.id))",
        kind, _checked(kind, facts), [channel.value for channel in told.channels], list(told.channels.values()),
        told.fixed, kind, account_id, account_id,
    )  # fmt: skip


def _checked(kind: str, facts: dict[str, Fact]) -> str:
    """A sentence with a hole in it is found where it was written and not where it is sent."""
    if missing := KINDS[kind].facts - facts.keys():
        raise ValueError(f"{kind} cannot be told without {sorted(missing)}")
    return msgspec.json.encode(facts).decode()


async def list_of(account_id: UUID) -> list[Notice]:
    return await (
        Notice.objects().where(Notice.account == account_id, Notice.channel == Channel.APP.value)
        .order_by(Notice.created_at, Notice.id, ascending=False).limit(SHOWN).output(load_json=True)
    )  # fmt: skip


async def unread(account_id: UUID) -> int:
    return await Notice.count().where(
        Notice.account == account_id, Notice.channel == Channel.APP.value, Notice.read_at.is_null()
    )


async def read_all(account_id: UUID) -> None:
    rows = await Notice.raw(
        "UPDATE notice SET read_at = now() WHERE account = {} AND channel = 'app' AND read_at IS NULL RETURNING id",
        account_id,
    )
    if rows:
        await announce(account_id)


async def announce(account_id: UUID) -> None:
    await bus.publish(bus.account_topic(account_id), NoticesChanged(account_id))


def offered() -> dict[str, Kind]:
    """What can be chosen about or is worth knowing of: not the mails that somebody just asked for."""
    return {name: kind for name, kind in KINDS.items() if Channel.APP in kind.channels or not kind.fixed}


async def choices_of(account_id: UUID) -> list[Choice]:
    rows = await NoticeChoice.objects().where(NoticeChoice.account == account_id)
    chosen = {(row.kind, row.channel): row.wanted for row in rows}
    return [
        Choice(name, channel, usual if kind.fixed else chosen.get((name, channel), usual), kind.fixed)
        for name, kind in offered().items()
        for channel, usual in kind.channels.items()
    ]


async def choose(account_id: UUID, kind: str, channel: str, wanted: bool) -> None:
    """What cannot be turned off stays as it is."""
    known = offered().get(kind)
    if known is None or channel not in known.channels:
        raise Invalid(N_("This is not one of the choices."))
    if known.fixed:
        return
    await NoticeChoice.raw(
        "INSERT INTO notice_choice (id, account, kind, channel, wanted) VALUES (gen_random_uuid(), {}, {}, {}, {})"
        " ON CONFLICT (account, kind, channel) DO UPDATE SET wanted = excluded.wanted",
        account_id, kind, channel, wanted,
    )  # fmt: skip


async def stop_mails(account_id: UUID, kind: str) -> None:
    """By the link in a mail. It may be older than the kind, or than the account."""
    if (
        kind in offered()
        and await Account.exists().where(Account.id == account_id)
        and Channel.MAIL in offered()[kind].channels
    ):
        await choose(account_id, kind, Channel.MAIL.value, False)


async def choose_all(account_id: UUID, wanted: set[tuple[str, str]]) -> None:
    """The whole page of switches: those that are on."""
    for choice in await choices_of(account_id):
        asked = (choice.kind, choice.channel.value) in wanted
        if not choice.fixed and asked != choice.wanted:
            await choose(account_id, choice.kind, choice.channel, asked)


def facts_of(notice: Notice) -> dict[str, Any]:
    facts: dict[str, Any] = notice.facts
    return facts

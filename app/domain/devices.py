"""Where a person is signed in: a session for each device, told of when it is new, ended with one press."""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID

from app import db, limits
from app.domain import accounts, notices, sessions, vouched
from app.errors import NotFound
from app.models import Session

FIRST_MINUTES = timedelta(minutes=10)
"A person who has just signed up need not be told that they did."
RAW_DAYS = timedelta(days=30)
# The first that fits: browsers call themselves by each other's names.
BROWSERS = (
    ("Edge", "Edg"), ("Opera", "OPR/"), ("Samsung Internet", "SamsungBrowser"), ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"), ("Safari", "Safari"), ("curl", "curl"), ("Python", "python"),
)  # fmt: skip
SYSTEMS = (
    ("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"), ("ChromeOS", "CrOS"),
    ("macOS", "Mac OS X|Macintosh"), ("Linux", "Linux"),
)  # fmt: skip


def describe(agent: str) -> str:
    """Browser and system, no version: enough to know one's own device again, and little to know a person by."""
    found = [
        next((name for name, pattern in names if re.search(pattern, agent[:512])), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def plain(address: str) -> str:
    """As it is compared: no zone, IPv4 as such; what is no address is unknown, and kept as nothing."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(ip, "ipv4_mapped", None) or ip)


async def enter(
    account_id: UUID, agent: str, address: str, *,
    strong: bool, known: bool, outside: str = "", proved_at: datetime | None = None,
) -> str:  # fmt: skip
    """A session for this browser; whoever has not been seen here before is told to the account's owner."""
    device, account = describe(agent), await accounts.get(account_id)
    now = datetime.now(UTC)
    async with db.transaction():
        token = await sessions.begin(
            account_id, "browser", strong=strong, device=device, address=plain(address), outside=outside,
            proved_at=proved_at,
        )  # fmt: skip
        if not known and now - account.created_at > FIRST_MINUTES:
            await notices.tell(account_id, "security.device", device=device or "?", time_at=now.isoformat())
    return token


async def list_of(account_id: UUID) -> list[Session]:
    return await (
        Session.objects().where(Session.account == account_id, Session.expires_at > datetime.now(UTC))
        .order_by(Session.seen_at, ascending=False)
    )  # fmt: skip


async def sign_out(session_id: UUID, account_id: UUID) -> None:
    rows = await (
        Session.delete().where(Session.id == session_id, Session.account == account_id).returning(Session.outside)
    )
    if not rows:
        raise NotFound
    await sessions.announce_ended(account_id, [session_id])
    await vouched.end_there(row["outside"] for row in rows)


async def leave(here: Session) -> None:
    """Out of this one, by one's own wish."""
    await sessions.end(here.id)
    await vouched.end_there([here.outside])


async def sign_out_others(account_id: UUID, here: Session) -> None:
    others = [each.outside for each in await list_of(account_id) if each.outside != here.outside]
    async with db.transaction():
        ended = await sessions.end_all(account_id, keep=here.id)
    await sessions.announce_ended(account_id, ended)
    await vouched.end_there(others)


async def cut_addresses() -> None:
    """After thirty days an address says only which network it was in."""
    rows = await Session.select(Session.id, Session.address).where(
        Session.seen_at < datetime.now(UTC) - RAW_DAYS, Session.address != "", Session.address.not_like("%/%")
    )
    for row in rows:
        await Session.update({Session.address: limits.network(row["address"])}).where(Session.id == row["id"])

"""Where Alice is signed in, and how she ends it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.domain import devices, sessions
from app.models import Account, Session
from tests.people import PASSWORD, Browser, Person, viewer_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
AGENTS = {
    FIREFOX: "Firefox, Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36": "Chrome, Windows",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0": "Edge, Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) CriOS/140.0 Mobile/15E148 Safari/604.1": "Chrome, iPad",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36": "Chrome, Android",
    "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile": "Samsung Internet, Android",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15": "Safari, macOS",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36": "Chrome, ChromeOS",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 OPR/120.0": "Opera, Linux",
    "curl/8.11.0": "curl",
    "": "",
    "<script>alert(1)</script>" * 500: "",
}


@pytest.mark.policy("P10")
@pytest.mark.parametrize(("agent", "shown"), AGENTS.items(), ids=[shown or "nothing" for shown in AGENTS.values()])
def test_a_device_is_told_as_coarsely_as_one_knows_it_again(agent: str, shown: str):
    assert devices.describe(agent) == shown


@pytest.mark.policy("P09")
@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("fe80::1%eth0", "fe80::1"),
        ("garbage", ""), ("", ""), ("203.0.113.7, 10.0.0.1", ""), ("x" * 500, ""),
    ],
)  # fmt: skip
def test_an_address_is_kept_as_such_or_not_at_all(address: str, kept: str):
    assert devices.plain(address) == kept


async def sign_in(person: Person, browser: Browser, agent: str = FIREFOX) -> None:
    browser.headers["User-Agent"] = agent
    await browser.post("/sign-in", data={"email": person.account.email, "password": PASSWORD})


@pytest.mark.policy("P09")
@pytest.mark.policy("P10")
@pytest.mark.policy("P15")
async def test_she_sees_each_device_and_ends_one(alice: Person, visitor: Browser):
    await sign_in(alice, visitor)
    [there] = await Session.objects().where(Session.device == "Firefox, Linux")
    page = await alice.get("/account/security")
    assert "Firefox, Linux" in page.text and "127.0.0.1" in page.text

    await alice.post(f"/account/devices/{there.id}/sign-out")

    assert (await visitor.get("/library")).status_code == 303
    assert (await alice.get("/library")).status_code == 200


async def test_one_press_ends_all_but_this_one(alice: Person, bob: Person, visitor: Browser):
    await sign_in(alice, visitor)
    await sessions.begin(alice.me, "terminal")

    await alice.post("/account/devices/sign-out")

    assert (await visitor.get("/library")).status_code == 303
    assert (await alice.get("/library")).status_code == (await bob.get("/library")).status_code == 200
    assert await Session.count().where(Session.account == alice.me) == 1


async def test_somebody_elses_device_is_not_there(alice: Person, bob: Person):
    [hers] = await Session.objects().where(Session.account == alice.me)

    foreign = await bob.post(f"/account/devices/{hers.id}/sign-out")
    nothing = str(uuid4())
    absent = await bob.post(f"/account/devices/{nothing}/sign-out")

    assert (foreign.status_code, foreign.text.replace(str(hers.id), nothing)) == (absent.status_code, absent.text)
    assert foreign.status_code == 404 and (await alice.get("/library")).status_code == 200


@pytest.mark.policy("P09")
async def test_a_forged_address_of_a_proxy_is_not_believed(alice: Person, visitor: Browser):
    visitor.headers["X-Forwarded-For"] = "198.51.100.9"
    await sign_in(alice, visitor)

    assert "198.51.100.9" not in str(await Session.select())


@pytest.mark.policy("P18")
async def test_a_new_device_is_told_and_a_known_one_is_not(alice: Person, visitor: Browser):
    await Account.update({Account.created_at: datetime.now(UTC) - timedelta(days=3)}, force=True)

    await sign_in(alice, visitor)
    assert await told(alice) == ["security.device"]
    await visitor.post("/sign-out")
    await sign_in(alice, visitor)

    assert await told(alice) == ["security.device"]


async def told(person: Person) -> list[str]:
    rows = await Account.raw("SELECT kind FROM notice WHERE account = {} AND channel = 'app'", person.me)
    return [row["kind"] for row in rows]


@pytest.mark.policy("P09")
async def test_after_thirty_days_an_address_is_only_a_network(alice: Person):
    recent = await sessions.begin(alice.me, "browser", address="203.0.113.7")
    for address in ("203.0.113.8", "2001:db8:1:2::3"):
        await sessions.begin(alice.me, "browser", address=address)
    older = datetime.now(UTC) - timedelta(days=31)
    await Session.update({Session.seen_at: older}).where(Session.address.is_in(["203.0.113.8", "2001:db8:1:2::3"]))

    await devices.cut_addresses()
    await devices.cut_addresses()

    kept = {row["address"] for row in await Session.select(Session.address).where(Session.account == alice.me)}
    assert kept == {"", "203.0.113.7", "203.0.113.0/24", "2001:db8:1::/48"}
    assert await viewer_of(recent) == alice.me


async def test_a_changed_password_signs_the_others_out(alice: Person, visitor: Browser):
    await sign_in(alice, visitor)

    changed = await alice.post("/account/password", data={"password": "quiet harbours under rain"})

    assert changed.status_code == 303 and (await visitor.get("/library")).status_code == 303
    assert (await alice.get("/library")).status_code == 200 and "security.password" in await told(alice)


async def test_being_seen_is_noted_now_and_then(alice: Person):
    earlier = datetime.now(UTC) - sessions.SEEN_EVERY - timedelta(seconds=1)
    await Session.update({Session.seen_at: earlier}, force=True)

    await alice.get("/library")

    [row] = await Session.select(Session.seen_at).where(Session.account == alice.me)
    assert row["seen_at"] > earlier

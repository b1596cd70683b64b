"""Whoever has a list of leaked passwords tries it here from a thousand networks: nobody gets in who should not, and
the owner is not kept out."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from app.domain import accounts, notices, passwords
from app.errors import Invalid, NotSignedIn, TooMany
from app.models import Account, Session
from tests.identity.letters import links_to
from tests.identity.test_passkeys import Device, add, come_in
from tests.identity.test_passkeys import challenge as asked
from tests.notices.mail_server import MailServer
from tests.people import FROM_OUR_PAGE, PASSWORD, Browser, Person, account

GUESSES = 1000


async def guess(web: Litestar, number: int, email: str, password: str) -> int:
    """Each from another network."""
    address = (f"10.{number // 250}.{number % 250}.1", 4000)
    transport = httpx.ASGITransport(web, raise_app_exceptions=False, client=address)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", headers=FROM_OUR_PAGE
    ) as client:
        return (await client.post("/sign-in", data={"email": email, "password": password})).status_code


@pytest.mark.policy("P20")
async def test_a_thousand_guesses_from_a_thousand_networks(web: Litestar, alice: Person, bob: Person, visitor: Browser):
    await visitor.post("/sign-in", data={"email": alice.account.email, "password": PASSWORD})
    await visitor.post("/sign-out")
    leaked = [f"leaked password number {number}" for number in range(GUESSES)]
    leaked[-1] = PASSWORD  # even the right one comes too late

    answers = [await guess(web, number, alice.account.email, leaked[number]) for number in range(GUESSES)]

    assert 303 not in answers and set(answers) <= {401, 429}
    assert answers.count(401) <= 12, "each that is looked at is a chance"
    assert await guess(web, 5000, bob.account.email, PASSWORD) == 303, "others are not touched"
    back = await visitor.post("/sign-in", data={"email": alice.account.email, "password": PASSWORD})
    assert back.status_code == 303, "from the browser she used before she comes in"
    assert (await visitor.get("/library")).status_code == 200


@pytest.mark.policy("P20")
async def test_a_leaked_list_over_many_addresses(web: Litestar, alice: Person, bob: Person):
    """A thousand pairs, forty networks, ten people and ten who are not here. Bob uses everywhere what leaked elsewhere:
    that one opens, and he hears of it."""
    others = [(await account(f"Person {number}")).email for number in range(8)]
    nobody = [f"nobody{number}@example.org" for number in range(10)]
    addresses = [alice.account.email, bob.account.email, *others, *nobody]
    pairs = [(email, f"leaked elsewhere {number}") for number in range(GUESSES // 20) for email in addresses]
    pairs[addresses.index(bob.account.email) + 20 * 5] = (bob.account.email, PASSWORD)
    await Account.update({Account.created_at: datetime.now(UTC) - timedelta(days=1)}).where(Account.id == bob.me)
    before = await Session.count()

    answers = [await guess(web, number % 40, *pair) for number, pair in enumerate(pairs)]

    assert len(answers) == GUESSES and Counter(answers)[303] == 1 and set(answers) == {303, 401, 429}
    assert answers.count(401) <= 10 * len(addresses), "each that is looked at is a chance"
    assert await Session.count() == before + 1
    assert [each.kind for each in await notices.list_of(bob.me)] == ["security.device"]
    assert await notices.list_of(alice.me) == []


@pytest.mark.policy("P20")
async def test_nobody_locks_her_out(web: Litestar, alice: Person, visitor: Browser, post_office: MailServer):
    """While strangers use up all tries for her address, her key and her letters open on a device that is new."""
    key = Device()
    await add(alice, key)
    answers = [await guess(web, number, alice.account.email, "wrong") for number in range(30)]
    assert answers[-1] == await guess(web, 99, alice.account.email, PASSWORD) == 429

    by_key = await come_in(visitor, key.sign(await asked(visitor)))
    await visitor.post("/sign-out")
    await visitor.post("/sign-in/letter", data={"email": alice.account.email})
    [letter] = [link for link in await links_to(post_office, alice.account.email) if link.startswith("/letter/")]
    by_letter = await visitor.post(letter)

    assert (by_key.status_code, by_letter.status_code) == (303, 303)
    assert (await visitor.get("/library")).status_code == 200


@pytest.mark.policy("P20")
async def test_one_network_runs_out_and_its_neighbour_does_not(web: Litestar, alice: Person):
    answers = [await guess(web, 7, f"nobody{number}@example.org", "leaked elsewhere") for number in range(GUESSES)]

    assert Counter(answers) == {401: 30, 429: GUESSES - 30}
    assert await guess(web, 8, alice.account.email, PASSWORD) == 303


async def test_an_unknown_address_runs_out_just_the_same(alice: Person):
    """Otherwise the end of the tries would tell who is here."""
    ends = []
    for email in (alice.account.email, "nobody@example.org"):
        for number in range(12):
            try:
                with suppress(NotSignedIn):
                    await accounts.authenticate(email, f"wrong {number}")
            except TooMany:
                ends.append(number)
                break

    assert ends == [10, 10]


async def test_the_mark_of_one_persons_browser_is_nothing_for_another(alice: Person, bob: Person, visitor: Browser):
    await visitor.post("/sign-in", data={"email": bob.account.email, "password": PASSWORD})
    await visitor.post("/sign-out")

    answers = [
        (await visitor.post("/sign-in", data={"email": alice.account.email, "password": f"no {n}"})).status_code
        for n in range(12)
    ]

    assert answers == [401] * 10 + [429] * 2


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "123456789012345", "qwertyuiopasdfgh", "aaaaaaaaaaaaaaaa", "iloveyouiloveyou",
        "passw0rdpassw0rd", "alicealicealice1", "qwenimageqwenimage", "abcdefghijklmnop", "letmeinletmeinletmein",
    ],
)  # fmt: skip
async def test_what_others_try_first_is_refused(password: str):
    with pytest.raises(Invalid) as refusal:
        await accounts.clean_password(password, "Alice", "alice@example.org")

    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password", [PASSWORD, "un café très chaud 12", "كلمات لا علاقة بينها أبدا", "zx" * 3 + "kw9!vQpL0rT"]
)
async def test_what_nobody_tries_is_welcome(password: str):
    assert not await passwords.is_guessable(password, ["Alice", "alice@example.org"])

"""A code after the password: each works once, guesses are few, and paper stands in for a lost phone."""

import re
import time

import httpx
import pyotp
import pytest

from app import secret
from app.domain import factors, sessions
from app.errors import Invalid
from app.models import Authenticator, RecoveryCode, Session
from tests.people import PASSWORD, Browser, Person
from tests.routes.reading import read

CODE = re.compile(r"<code>([a-z0-9-]{17})</code>")


async def set_up(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    page = await person.get("/account/authenticator")
    shared = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page.text)
    assert shared
    totp = pyotp.TOTP(shared[1].replace(" ", ""))
    shown = await person.post("/account/authenticator", data={"code": totp.now()})
    assert shown.status_code == 200
    return totp, CODE.findall(shown.text)


async def half_in(person: Person, visitor: Browser) -> httpx.Response:
    return await visitor.post("/sign-in", data={"email": person.account.email, "password": PASSWORD})


def later(totp: pyotp.TOTP) -> str:
    """The next half minute's: this one's was used when it was set up."""
    return totp.at(int(time.time()) + 30)


async def test_after_the_password_comes_the_code(alice: Person, visitor: Browser):
    totp, codes = await set_up(alice)
    assert len(set(codes)) == 10

    answer = await half_in(alice, visitor)
    assert answer.headers["location"].startswith("/sign-in/code") and "session" not in visitor.cookies
    assert (await visitor.get("/library")).status_code == 303, "half in is not in"
    wrong = await visitor.post("/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 422 and len(read(wrong).problems) == 1
    entered = await visitor.post(
        "/sign-in/code", data={"code": f" {later(totp)[:3]} {later(totp)[3:]}", "next": "/library"}
    )

    assert entered.headers["location"] == "/library"
    session, account = await sessions.find(visitor.cookies["session"])  # type: ignore[misc]
    assert account.id == alice.me and session.strong


async def test_a_code_works_once(alice: Person, visitor: Browser):
    totp, _ = await set_up(alice)
    code = later(totp)
    await half_in(alice, visitor)
    await visitor.post("/sign-in/code", data={"code": code})
    await visitor.post("/sign-out")
    await half_in(alice, visitor)

    assert (await visitor.post("/sign-in/code", data={"code": code})).status_code == 422


async def test_arabic_digits_are_digits(alice: Person):
    totp, _ = await set_up(alice)

    await factors.check(alice.me, later(totp).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))


async def test_a_code_on_paper_lets_her_in_once(alice: Person, visitor: Browser):
    _, codes = await set_up(alice)
    await half_in(alice, visitor)

    assert (await visitor.post("/sign-in/code", data={"code": codes[0].upper()})).status_code == 303
    await half_in(alice, visitor)
    assert (await visitor.post("/sign-in/code", data={"code": codes[0]})).status_code == 422
    assert await factors.codes_left(alice.me) == 9


async def test_new_codes_make_the_old_ones_worthless(alice: Person):
    _, codes = await set_up(alice)

    renewed = CODE.findall((await alice.post("/account/codes")).text)

    assert len(renewed) == 10
    with pytest.raises(Invalid):
        await factors.check(alice.me, codes[0])
    await factors.check(alice.me, renewed[0])


@pytest.mark.parametrize("code", ["", "12345", "1234567", "\0", "x" * 10_000, "\ud800", "½½½½½½", "²²²²²²"])
async def test_what_is_no_code_is_refused(alice: Person, code: str):
    await set_up(alice)

    with pytest.raises(Invalid):
        await factors.check(alice.me, code)


async def test_guesses_are_few(alice: Person, visitor: Browser):
    await set_up(alice)
    await half_in(alice, visitor)

    answers = [(await visitor.post("/sign-in/code", data={"code": f"{n:06}"})).status_code for n in range(12)]

    assert answers == [422] * 10 + [429] * 2


async def test_one_persons_code_opens_nothing_of_anothers(alice: Person, bob: Person, visitor: Browser):
    totp, codes = await set_up(bob)
    await set_up(alice)
    await half_in(alice, visitor)

    for code in (later(totp), codes[0]):
        assert (await visitor.post("/sign-in/code", data={"code": code})).status_code == 422


async def test_a_forged_half_is_no_half(visitor: Browser, alice: Person):
    await set_up(alice)
    visitor.keep("halfway", f"{alice.me.hex}.9999999999.aa.{'0' * 64}")

    assert (await visitor.get("/sign-in/code")).headers["location"] == "/sign-in"
    assert (await visitor.post("/sign-in/code", data={"code": "1"})).headers["location"] == "/sign-in"


async def test_the_secret_is_not_to_be_read_from_the_table(alice: Person):
    totp, codes = await set_up(alice)

    everything = str(await Authenticator.select()) + str(await RecoveryCode.select())

    assert totp.secret not in everything and codes[0] not in everything
    assert secret.unlocked((await Authenticator.select())[0]["secret"]) == totp.secret


async def test_turned_off_the_password_is_enough_again(alice: Person, visitor: Browser):
    await set_up(alice)

    await alice.post("/account/authenticator/remove")

    assert (await half_in(alice, visitor)).headers["location"] == "/create"
    assert not await RecoveryCode.exists()


async def test_setting_it_up_makes_this_session_strong(alice: Person):
    await set_up(alice)

    assert [row["strong"] for row in await Session.select().where(Session.account == alice.me)] == [True]

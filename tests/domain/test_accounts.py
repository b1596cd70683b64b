"""Who people are, and how they prove it."""

import asyncio
from uuid import UUID

import pytest

from app.domain import accounts, sessions
from app.errors import Conflict, Invalid, NotSignedIn
from app.models import Account, Session
from tests.people import PASSWORD, viewer_of


@pytest.fixture(autouse=True)
def nobody_yet(clean: None) -> None:
    """Every test begins in an empty studio."""


async def sign_up(name: str = "Alice", email: str = "alice@example.org", password: str = PASSWORD) -> Account:
    return await accounts.sign_up(name, email, password, "public")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Alice \n Liddell ", "Alice Liddell"),
        ("Al\0ice\x1b[31m", "Alice[31m"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200d👩\u200d🎨\u200c", "👩\u200d🎨"),
        ("Alice\u202egpj.exe", "Alicegpj.exe"),
        ("\u2066Alice\u2069\ufeff", "Alice"),
        ("A\u2028B", "A B"),
        ("e\u0301", "é"),
        ("أليس", "أليس"),
    ],
)
async def test_a_name_cannot_rewrite_the_page_around_it(typed: str, kept: str):
    assert (await sign_up(typed)).name == kept


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "x" * 81])
async def test_a_name_is_some_characters_and_not_a_book(name: str):
    with pytest.raises(Invalid) as refusal:
        await sign_up(name)

    assert refusal.value.field == "name"


async def test_every_maker_has_an_address_of_their_own():
    first, second = await sign_up(), await sign_up(email="other@example.org")

    assert first.handle != second.handle and first.handle.startswith("alice-")
    assert (await sign_up("أليس", "arabic@example.org")).handle.startswith("maker-")


@pytest.mark.parametrize("again", ["alice@example.org", "ALICE@Example.ORG", " alice@example.org "])
async def test_an_address_belongs_to_one_person_however_it_is_spelled(again: str):
    await sign_up(email="Alice@example.org")

    with pytest.raises(Conflict):
        await sign_up(email=again)

    assert await Account.count() == 1


@pytest.mark.parametrize(
    "email",
    [
        "", "alice", "@example.org", "alice@", "a b@example.org", "a@b@c", "alice@example..org", "a\0@example.org",
        "a\u202e@example.org", "x" * 65 + "@example.org", "a@" + "b" * 254, "<a@example.org>",
        "İ" * 64 + "@" + "a" * 62 + "." + "b" * 62 + "." + "c" * 62,
    ],
)  # fmt: skip
async def test_what_is_no_address_is_refused(email: str):
    with pytest.raises(Invalid) as refusal:
        await sign_up(email=email)

    assert refusal.value.field == "email"


@pytest.mark.parametrize("password", ["", "short", "x" * 14, "x" * 257, "x" * 100_000])
async def test_a_password_is_long_enough_to_last_and_short_enough_to_hash(password: str):
    with pytest.raises(Invalid) as refusal:
        await sign_up(password=password)

    assert refusal.value.field == "password"


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@EXAMPLE.ORG", "  Alice@Example.org\n"])
async def test_she_proves_who_she_is_however_she_writes_her_address(email: str):
    alice = await sign_up(email="Alice@Example.org")

    assert (await accounts.authenticate(email, PASSWORD)).id == alice.id


async def test_a_password_is_the_same_in_every_way_to_type_it():
    await sign_up(password="un café très chaud 12")

    assert await accounts.authenticate("alice@example.org", "un cafe\u0301 tre\u0300s chaud １２")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@example.org", PASSWORD), ("alice@example.org", "three unrelated worlds"), ("", ""),
        ("alice@example.org", PASSWORD + " "), ("alice@example.org", ""), ("a\0lice@example.net", PASSWORD),
        ("x" * 100_000, "y" * 100_000),
    ],
)  # fmt: skip
async def test_a_wrong_guess_does_not_tell_what_was_wrong(email: str, password: str):
    await sign_up()

    with pytest.raises(NotSignedIn) as refusal:
        await accounts.authenticate(email, password)

    assert refusal.value.sentence == "The address and the password do not belong together."
    assert refusal.value.field is None


async def test_only_the_hash_of_a_session_is_kept():
    alice = await sign_up()
    token = await sessions.begin(alice.id, "browser")

    [kept] = await Session.select()

    assert token not in str(kept)
    assert await viewer_of(token) == alice.id


async def test_a_session_ends_when_it_is_closed_and_when_its_time_is_over():
    alice = await sign_up()
    token = await sessions.begin(alice.id, "browser")
    expired = await sessions.begin(alice.id, "browser", life=-sessions.LIFE)
    found = await sessions.find(token)
    assert found is not None

    await sessions.end(found[0].id)

    assert await viewer_of(token) is None
    assert await viewer_of(expired) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\0", "\ud800", "'; --", str(UUID(int=7))])
async def test_a_forged_token_speaks_for_nobody(token: str):
    assert await sessions.find(token) is None


@pytest.mark.parametrize(
    "changes", [{"language": "fr"}, {"theme": "neon"}, {"default_visibility": "friends"}, {"name": " "}]
)
async def test_choices_are_among_those_offered(changes: dict[str, str]):
    alice = await sign_up()

    with pytest.raises(Invalid):
        await accounts.update(alice.id, **changes)


async def test_two_people_with_one_address_at_once_are_one():
    ends = await asyncio.gather(*(sign_up() for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(end, Account) for end in ends) == 1
    assert sum(isinstance(end, Conflict) for end in ends) == 3

"""What is forged, foreign, old, early or unfinished proves nothing, and stands in the log without a name."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import settings
from app.clerk import addresses
from app.models import TABLES, Account, AuditEvent, Session, inventory
from tests.clerk.conftest import Way
from tests.clerk.server import StandIn, Thing

pytestmark = pytest.mark.policy("P39")
ALICE = "alice@example.org"
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def coded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def by_nobody(clerk: StandIn, claims: Thing) -> str:
    return f"{coded({'alg': 'none', 'typ': 'JWT', 'kid': clerk.kid})}.{coded(claims)}."


def by_what_everybody_knows(clerk: StandIn, claims: Thing) -> str:
    """HS256, with the public key for a secret."""
    public = clerk.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    said = f"{coded({'alg': 'HS256', 'typ': 'JWT', 'kid': clerk.kid})}.{coded(claims)}"
    seal = hmac.new(public, said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def edited(clerk: StandIn, claims: Thing) -> str:
    head, _, seal = clerk.token(claims).split(".")
    return f"{head}.{coded(claims | {'sub': 'user_of_somebody_else'})}.{seal}"


FORGED: dict[str, Callable[[StandIn, Thing], str]] = {
    "alg none": by_nobody,
    "HS256 with the public key": by_what_everybody_knows,
    "edited": edited,
    "another key under the same name": lambda clerk, claims: clerk.token(claims, FOREIGN),
    "another key under another name": lambda clerk, claims: clerk.token(claims, FOREIGN, kid="ins_other"),
    "no name of a key": lambda clerk, claims: clerk.token(claims, kid=""),
    "another algorithm of the same key": lambda clerk, claims: clerk.token(claims, alg="RS512"),
    "nonsense": lambda clerk, claims: "nonsense",
    "very long": lambda clerk, claims: "x" * 20_000,
}
WRONG: dict[str, Thing] = {
    "expired": {"exp": int(time.time()) - 60},
    "not yet": {"nbf": int(time.time()) + 600},
    "from the future": {"iat": int(time.time()) + 600},
    "another instance": {"iss": "https://clerk.elsewhere.example"},
    "another party": {"azp": "https://evil.example"},
    "a party like ours": {"azp": "http://127.0.0.1:8000.evil.example"},
    "a list of parties": {"azp": ["http://127.0.0.1:8000"]},
    "pending": {"sts": "pending"},
    "no end": {"exp": None},
    "no person": {"sub": None},
    "no session": {"sid": None},
    "no issuer": {"iss": None},
    "a person that is a number": {"sub": 7},
}


async def nothing_happened(way: Way) -> None:
    about_people = [table for table in TABLES if inventory.whose(table, Account) and table is not AuditEvent]
    assert [table for table in about_people if await table.exists()] == []
    assert "arriving" not in way.browser.cookies and "session" not in way.browser.cookies


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_token_opens_nothing(way: Way, clerk: StandIn, kind: str):
    await way.begin()
    token = FORGED[kind](clerk, clerk.claims(clerk.open(clerk.add(ALICE))))

    assert (await way.bring(clerk.handshake(token))).status_code == 401
    await nothing_happened(way)
    [event] = await AuditEvent.objects()
    assert (event.actor, event.action) == (None, "sign-in.refused") and ALICE not in str(event.detail)


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_envelope_opens_nothing(way: Way, clerk: StandIn, kind: str):
    await way.begin()
    token = clerk.token(clerk.claims(clerk.open(clerk.add(ALICE))))

    assert (await way.bring(FORGED[kind](clerk, {"handshake": [f"__session={token}"]}))).status_code == 401
    await nothing_happened(way)


@pytest.mark.parametrize("kind", WRONG)
async def test_a_genuine_token_for_something_else_opens_nothing(way: Way, clerk: StandIn, kind: str):
    answer = await way.come(clerk.add(ALICE), **WRONG[kind])

    assert answer.status_code == 401 and "Clerk" in answer.text
    await nothing_happened(way)


@pytest.mark.parametrize("said", [{}, {"handshake": "x"}, {"handshake": None}, {"handshake": [1, None, {}]}])
async def test_an_envelope_without_a_token_is_no_proof(way: Way, clerk: StandIn, said: Thing):
    await way.begin()

    assert (await way.bring(clerk.token(said))).status_code == 401
    await nothing_happened(way)


async def test_signed_in_nowhere_is_told_so(way: Way, clerk: StandIn):
    await way.begin()

    answer = await way.bring(clerk.handshake(""))

    assert answer.status_code == 401 and "did not sign in" in answer.text


async def test_a_session_s_token_is_no_envelope(way: Way, clerk: StandIn):
    await way.begin()

    assert (await way.bring(clerk.token(clerk.claims(clerk.open(clerk.add(ALICE)))))).status_code == 401


async def test_without_an_origin_clerk_names_no_party(way: Way, clerk: StandIn):
    """Then that this browser went for it is what counts."""
    assert (await way.come(clerk.add(ALICE), azp=None)).headers["location"] == "/sign-up"


async def test_keys_are_fetched_once_and_nobody_makes_us_fetch_more(way: Way, clerk: StandIn):
    for number in range(5):
        await way.come(clerk.add(f"{number}@example.org"))
        await way.begin()
        await way.bring(clerk.handshake(clerk.token({}, FOREIGN, kid=f"ins_{number}"), kid=f"ins_{number}"))

    assert clerk.asked.count("GET /v1/jwks") == 1


async def test_a_key_that_clerk_has_changed_is_found(way: Way, clerk: StandIn, monkeypatch: pytest.MonkeyPatch):
    await way.come(clerk.add(ALICE))
    clerk.key, clerk.kid = FOREIGN, "ins_new"
    monkeypatch.setattr("app.clerk.keys.AGAIN", 0.0)

    assert (await way.come(clerk.add(ALICE))).headers["location"] == "/sign-up"


async def test_with_the_key_given_nobody_is_asked(way: Way, clerk: StandIn, monkeypatch: pytest.MonkeyPatch):
    pem = clerk.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    monkeypatch.setenv("CLERK_JWT_KEY", pem.replace("\n", "\\n"))
    settings.get.cache_clear()

    await way.sign_up(clerk.add(ALICE))
    await way.begin()
    forged = by_what_everybody_knows(clerk, clerk.claims(clerk.open(clerk.add("bob@example.org"))))

    assert (await way.bring(clerk.handshake(forged))).status_code == 401
    assert await Session.count() == 1 and "GET /v1/jwks" not in clerk.asked


PK = "pk_test_" + base64.b64encode(b"clerk.example.com$").decode()
LIVE = PK.replace("test", "live")
SETTINGS = [
    ({"SECRET_KEY": "sk_test_x"}, "or none"),
    ({"PUBLISHABLE_KEY": PK, "SECRET_KEY": "sk_live_x", "WEBHOOK_SECRET": "whsec_eHh4"}, "two kinds"),
    ({"PUBLISHABLE_KEY": LIVE, "SECRET_KEY": "sk_test_x", "WEBHOOK_SECRET": "whsec_eHh4"}, "two kinds"),
    ({"PUBLISHABLE_KEY": "pk_test_!", "SECRET_KEY": "sk_test_x", "WEBHOOK_SECRET": "whsec_eHh4"}, "publishable"),
    ({"PUBLISHABLE_KEY": PK, "SECRET_KEY": "sk_test_x", "WEBHOOK_SECRET": "eHh4"}, "whsec_"),
    ({"PUBLISHABLE_KEY": PK, "SECRET_KEY": "sk_test_x", "WEBHOOK_SECRET": "whsec_!"}, "whsec_"),
    ({"JWT_KEY": "abc"}, "PEM"),
]


@pytest.mark.parametrize(("given", "said"), SETTINGS)
def test_settings_that_do_not_fit_stop_the_process_with_a_sentence(given: dict[str, str], said: str):
    with pytest.raises(SystemExit, match=said):
        settings.load({f"CLERK_{name}": value for name, value in given.items()})


@pytest.mark.parametrize(
    ("host", "portal"),
    [("clerk.example.com", "accounts.example.com"), ("fair-fox-1.clerk.accounts.dev", "fair-fox-1.accounts.dev")],
)
def test_clerk_s_pages_follow_from_the_key(monkeypatch: pytest.MonkeyPatch, host: str, portal: str):
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", "pk_test_" + base64.b64encode(f"{host}$".encode()).decode())
    monkeypatch.setenv("CLERK_SECRET_KEY", "sk_test_x")
    monkeypatch.setenv("CLERK_WEBHOOK_SECRET", "whsec_eHh4")
    settings.get.cache_clear()
    try:
        assert addresses.issuer() == f"https://{host}"
        assert addresses.page("sign-in", redirect_url="x") == f"https://{portal}/sign-in?redirect_url=x"
        assert addresses.handshake("b").startswith(f"https://{host}/v1/client/handshake?redirect_url=b")
        assert addresses.api("users") == "https://api.clerk.com/v1/users"
    finally:
        monkeypatch.undo()
        settings.get.cache_clear()

"""A key in a device opens the account it was made for, here and nowhere else, once for each question.

The device is made of `cryptography` here; tests/e2e/test_identity.py has Chromium's own.
"""

import hashlib
import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from uuid import uuid4

import cbor2
import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain import sessions
from app.models import Passkey
from tests.people import Browser, Person

SITE = "http://localhost:8000"
ORIGIN = {"Origin": SITE, "Host": "localhost:8000"}
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """It signs what it is asked; a dishonest one says it is elsewhere, or that it asked nobody."""

    def __init__(self, site: str = SITE, flags: int = PRESENT | VERIFIED) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = uuid4().bytes
        self.site, self.flags, self.count = site, flags, 0

    def said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.site}).encode()

    def data(self, flags: int) -> bytes:
        self.count += 1
        host = self.site.partition("://")[2].partition(":")[0]
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def make(self, challenge: str) -> str:
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        statement = {"fmt": "none", "attStmt": {}, "authData": self.data(self.flags | ATTESTED) + attested}
        response = {
            "clientDataJSON": b64(self.said("webauthn.create", challenge)),
            "attestationObject": b64(cbor2.dumps(statement)),
        }  # fmt: skip
        return self.wrapped(response)

    def sign(self, challenge: str, key: ec.EllipticCurvePrivateKey | None = None) -> str:
        said, data = self.said("webauthn.get", challenge), self.data(self.flags)
        signature = (key or self.key).sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self.wrapped({"clientDataJSON": b64(said), "authenticatorData": b64(data), "signature": b64(signature)})

    def wrapped(self, response: dict[str, str]) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


async def challenge(person: Browser, door: str = "/passkeys/challenge") -> str:
    answer = await person.post(door, headers=ORIGIN)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["challenge"])


async def add(person: Person, device: Device, name: str = "Phone") -> httpx.Response:
    made = device.make(await challenge(person, "/account/passkeys/challenge"))
    return await person.post("/account/passkeys", data={"credential": made, "name": name}, headers=ORIGIN)


async def come_in(visitor: Browser, credential: str) -> httpx.Response:
    return await visitor.post("/sign-in/passkey", data={"credential": credential, "next": "/library"}, headers=ORIGIN)


async def test_she_comes_in_with_what_her_device_made(alice: Person, visitor: Browser):
    device = Device()
    assert (await add(alice, device)).status_code == 303
    assert "Phone" in (await alice.get("/account/security")).text

    entered = await come_in(visitor, device.sign(await challenge(visitor)))

    assert entered.headers["location"] == "/library"
    session, account = await sessions.find(visitor.cookies["session"])  # type: ignore[misc]
    assert account.id == alice.me and session.strong, "a passkey stands for two factors"
    assert b64(device.id) not in (await visitor.post("/passkeys/challenge", headers=ORIGIN)).text


async def test_an_answer_works_once(alice: Person, visitor: Browser):
    device = Device()
    await add(alice, device)
    answer = device.sign(await challenge(visitor))
    await come_in(visitor, answer)
    await visitor.post("/sign-out")

    assert (await come_in(visitor, answer)).status_code == 422
    assert (await visitor.get("/library")).status_code == 303


WRONG: dict[str, Callable[[Device, str], str]] = {
    "another key": lambda device, asked: device.sign(asked, ec.generate_private_key(ec.SECP256R1())),
    "another site": lambda device, asked: _as(device, site="http://evil.example").sign(asked),
    "the same site elsewhere": lambda device, asked: _as(device, site="http://localhost:9999").sign(asked),
    "nobody was asked": lambda device, asked: _as(device, flags=PRESENT).sign(asked),
    "nobody was there": lambda device, asked: _as(device, flags=0).sign(asked),
    "a copy that counts from before": lambda device, asked: _as(device, count=-1).sign(asked),
    "nobody's challenge": lambda device, asked: device.sign(b64(bytes(32))),
    "an unknown device": lambda device, asked: Device().sign(asked),
    "made instead of signed": lambda device, asked: device.make(asked),
    "nothing": lambda device, asked: "",
    "a number": lambda device, asked: "7",
    "a list": lambda device, asked: "[]",
    "half of it": lambda device, asked: device.sign(asked)[:200],
    "far too much": lambda device, asked: "x" * 100_000,
    "deep": lambda device, asked: "[" * 9000,
    "a NUL": lambda device, asked: device.sign(asked).replace('"id": "', '"id": "\\u0000'),
    "a signature with something before it": lambda device, asked: device.sign(asked).replace(
        '"signature": "', '"signature": "AAAA'
    ),
}


def _as(device: Device, **other: object) -> Device:
    for name, value in other.items():
        setattr(device, name, value)
    return device


@pytest.mark.parametrize("how", WRONG)
async def test_a_forged_answer_opens_nothing(alice: Person, visitor: Browser, how: str):
    device = Device()
    await add(alice, device)
    used = await come_in(visitor, device.sign(await challenge(visitor)))
    assert used.status_code == 303
    await visitor.post("/sign-out")

    answer = await come_in(visitor, WRONG[how](device, await challenge(visitor)))

    assert answer.status_code in {400, 401, 422}, answer.text
    assert (await visitor.get("/library")).status_code == 303


async def test_a_challenge_to_add_one_is_for_her_alone(alice: Person, bob: Person):
    made = Device().make(await challenge(alice, "/account/passkeys/challenge"))

    stolen = await bob.post("/account/passkeys", data={"credential": made, "name": "x"}, headers=ORIGIN)

    assert stolen.status_code == 422 and not await Passkey.exists()


async def test_a_key_is_one_persons(alice: Person, bob: Person):
    device = Device()
    await add(alice, device)

    assert (await add(bob, device)).status_code == 409
    assert await Passkey.count() == 1


async def test_somebody_elses_passkey_is_not_there(alice: Person, bob: Person):
    await add(alice, Device())
    [hers] = await Passkey.objects()

    foreign, absent = (
        await bob.post(f"/account/passkeys/{hers.id}/remove"), await bob.post(f"/account/passkeys/{uuid4()}/remove")
    )  # fmt: skip

    assert foreign.status_code == absent.status_code == 404 and await Passkey.exists()
    assert (await alice.post(f"/account/passkeys/{hers.id}/remove")).status_code == 303
    assert not await Passkey.exists()


async def test_it_answers_whether_it_is_her(alice: Person, bob: Person):
    hers, his = Device(), Device()
    await add(alice, hers)
    await add(bob, his)

    for device, status in ((his, 401), (hers, 303)):
        signed = device.sign(await challenge(alice))
        answer = await alice.post("/is-it-you/passkey", data={"credential": signed}, headers=ORIGIN)
        assert answer.status_code == status or "/sign-in" in answer.headers.get("location", "")
    session, _ = await sessions.find(alice.token)  # type: ignore[misc]
    assert session.strong


def test_the_device_of_this_test_says_what_a_real_one_says():
    said = json.loads(urlsafe_b64decode(json.loads(Device().sign("abc"))["response"]["clientDataJSON"] + "=="))

    assert said == {"type": "webauthn.get", "challenge": "abc", "origin": SITE}

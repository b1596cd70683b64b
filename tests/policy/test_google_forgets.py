"""Whoever leaves is erased at Google too, by the words that their steps were told under, until there is a receipt."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app import settings
from app.domain import errands, leaving, measuring
from app.models import ConsentEvent, Errand
from tests.people import Person
from tests.policy.conftest import chosen
from tests.policy.test_consent import NO, YES
from tests.standing import standing

pytestmark = [pytest.mark.policy("P50"), pytest.mark.policy("P55")]
FORGET = "/v1alpha/properties/123456:submitUserDeletion"


class Google:
    """Tokens for whoever signs with the service account's key, deletions for whoever has the token."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key, self.forgotten, self.status = key.public_key(), list[str](), 200

    async def __call__(self, scope, receive, send) -> None:
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, answer = self.answer(scope["path"], headers, message["body"].decode())
        await send({"type": "http.response.start", "status": status, "headers": [(b"request-id", b"req_9")]})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def answer(self, path: str, headers: dict[str, str], body: str) -> tuple[int, dict[str, str]]:
        if path == "/token":
            [assertion] = parse_qs(body)["assertion"]
            said = jwt.decode(assertion, self.key, ["RS256"], audience="https://oauth2.googleapis.com/token")
            assert said["iss"] == "eraser@example.iam" and said["scope"].endswith("analytics.edit")
            return 200, {"access_token": "ya29.x"}
        if path != FORGET or headers.get("authorization") != "Bearer ya29.x":
            return 404, {}
        if self.status == 200:
            self.forgotten.append(json.loads(body)["clientId"])
        return self.status, {"deletionRequestTime": "2026-12-01T00:00:00Z"}


@pytest.fixture
async def google(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clean: None, anyio_backend: object
) -> AsyncIterator[Google]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    file = tmp_path / "eraser.json"
    file.write_text(json.dumps({"type": "service_account", "client_email": "eraser@example.iam", "private_key": pem}))
    there = Google(key)
    async with standing(there) as url:
        with chosen(
            monkeypatch, GA_MEASUREMENT_ID="G-TEST1234", GA_API_SECRET="s3cret", GA_API_URL=url, GA_PROPERTY="123456",
            GA_DELETION_KEY=str(file),
        ):  # fmt: skip
            yield there


async def test_by_every_word_she_was_told_under_and_until_there_is_a_receipt(alice: Person, google: Google):
    for answer in (YES, NO, YES):
        await alice.post("/privacy/choices", data=answer)
    words = {measuring.client_of(yes) for yes in await ConsentEvent.objects() if yes.granted}
    assert len(words) == 2
    await leaving.begin(alice.me)
    google.status = 503
    await leaving.finish(alice.me)
    assert await errands.run() == 0 and google.forgotten == []

    google.status = 200
    assert await errands.run(datetime.now(UTC) + timedelta(days=1)) == 2

    assert set(google.forgotten) == words
    rows = await Errand.objects()
    assert {(row.processor, row.subject, row.receipt) for row in rows} == {("Google Analytics", "", "200 req_9")}


async def test_whoever_never_agreed_is_not_known_there(alice: Person, google: Google):
    await alice.post("/privacy/choices", data=NO)

    await leaving.begin(alice.me)

    assert await Errand.count() == 0


@pytest.mark.parametrize("broken", ["{}", "not JSON", '{"client_email": "a", "private_key": "none"}', None])
async def test_a_key_that_is_none_or_a_property_that_is_not_there_is_no_receipt(
    alice: Person, google: Google, broken: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    await alice.post("/privacy/choices", data=YES)
    await leaving.begin(alice.me)
    if broken is None:
        monkeypatch.setenv("GA_PROPERTY", "1")
    else:
        (tmp_path / "other.json").write_text(broken)
        monkeypatch.setenv("GA_DELETION_KEY", str(tmp_path / "other.json"))
    settings.get.cache_clear()

    assert await errands.run() == 0

    [waiting] = await Errand.objects()
    assert waiting.done_at is None and waiting.tries == 1 and waiting.subject

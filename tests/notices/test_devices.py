"""Alice closes the page; her phone tells her when the piece is finished, and nobody on the way reads it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app import settings, web_push
from app.domain import accounts, leaving, notices, sessions
from app.models import Notice, PushDevice, Session
from app.workers import knocker
from tests.notices.push_service import PushService, Receiver, read, spelled
from tests.notices.test_exactly_once import clock_moves
from tests.people import Person, finished
from tests.standing import standing

DEVICES = "/account/notices/devices"


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch, anyio_backend: object) -> AsyncIterator[PushService]:
    found = PushService()
    async with standing(found.app) as url:
        found.url = url
        monkeypatch.setenv("PUSH_SERVICE_URL", url)
        settings.get.cache_clear()
        yield found
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.fixture
async def phone(alice: Person, service: PushService) -> Receiver:
    found = Receiver(service, "alices-phone")
    assert (await alice.post(DEVICES, data=found.form())).status_code == 303
    return found


def test_the_example_of_the_rfc():
    """RFC 8291, section 5 and appendix A."""
    ours = ec.derive_private_key(
        int.from_bytes(read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )  # fmt: skip
    browser = read("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")

    sealed = web_push.encrypted(
        b"When I grow up, I want to be a watermelon", browser, read("BTBZMqHH6r4Tts7J_aSIgg"), ours,
        read("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip

    assert spelled(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.policy("P18")
async def test_told_in_her_language_and_to_nobody_else(
    alice: Person, bob: Person, phone: Receiver, service: PushService
):  # fmt: skip
    bobs = Receiver(service, "bobs")
    await bob.post(DEVICES, data=bobs.form())
    await accounts.update(alice.me, language="ar")
    row, _ = await finished(alice.me, "a secret prompt")

    await knocker.knock()
    await knocker.knock()

    [heard] = phone.heard()
    assert heard["title"] == "اكتمل عمل من أعمالك" and (heard["lang"], heard["dir"]) == ("ar", "rtl")
    assert heard["path"] == f"/g/{row.id}" and bobs.heard() == []
    [(_, headers, body)] = service.came
    signer = service.signer(headers)
    assert signer["key"] == web_push.public_key() and signer["sub"]
    assert headers["topic"] == heard["tag"].replace("-", "") and headers["content-encoding"] == "aes128gcm"
    assert b"secret prompt" not in body and str(row.id).encode() not in body and "secret" not in heard["text"]


async def test_without_a_device_nothing_waits(alice: Person):
    await finished(alice.me)

    assert not await Notice.exists().where(Notice.channel == "push")


async def test_she_turns_it_off(alice: Person, phone: Receiver):
    await alice.post("/account/notices", data={"on": ["piece.failed:push"]})
    await finished(alice.me)
    await knocker.knock()

    assert phone.heard() == []


@pytest.mark.parametrize("gone", [403, 404, 410])
async def test_a_browser_that_is_gone_is_forgotten_and_the_others_are_told(
    alice: Person, phone: Receiver, service: PushService, gone: int
):
    tablet = Receiver(service, "tablet")
    await alice.post(DEVICES, data=tablet.form())
    service.answers["alices-phone"] = gone
    await finished(alice.me)
    await knocker.knock()

    assert len(tablet.heard()) == 1
    [left] = await PushDevice.objects()
    assert left.endpoint == tablet.endpoint


@pytest.mark.parametrize("away", [429, 500, 503])
async def test_while_the_service_is_away_it_waits_and_a_second_copy_replaces_the_first(
    alice: Person, phone: Receiver, service: PushService, away: int
):
    tablet = Receiver(service, "tablet")
    await alice.post(DEVICES, data=tablet.form())
    service.answers["alices-phone"] = away
    await finished(alice.me)
    await knocker.knock()
    service.answers.clear()
    await knocker.knock()
    assert phone.heard() == [] and len(tablet.heard()) == 1
    await clock_moves(timedelta(minutes=2))
    await knocker.knock()

    assert len(phone.heard()) == 1
    assert {each["tag"] for each in tablet.heard()} == {each["tag"] for each in phone.heard()}


async def test_a_service_that_nobody_answers_for_costs_no_device(alice: Person, monkeypatch: pytest.MonkeyPatch):
    nowhere = PushService()
    async with standing(nowhere.app) as url:
        nowhere.url = url
    monkeypatch.setenv("PUSH_SERVICE_URL", url)
    settings.get.cache_clear()
    await alice.post(DEVICES, data=Receiver(nowhere, "phone").form())
    await finished(alice.me)
    await knocker.knock()
    monkeypatch.undo()
    settings.get.cache_clear()

    [waiting] = await Notice.objects().where(Notice.channel == "push")
    assert waiting.sent_at is None and await PushDevice.count() == 1


async def test_signed_out_from_afar_it_is_told_nothing(alice: Person, phone: Receiver, visitor):
    [here] = await Session.objects().where(Session.account == alice.me)
    await sessions.end(here.id)
    await finished(alice.me)
    await knocker.knock()

    assert phone.heard() == [] and await PushDevice.count() == 0


async def test_it_goes_with_the_account(alice: Person, phone: Receiver):
    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    assert await PushDevice.count() == 0


async def test_she_sees_each_and_takes_it_back(alice: Person, bob: Person, phone: Receiver):
    [device] = await PushDevice.objects()
    page = await alice.get("/account/notices")
    assert "This device" in page.text and f"{DEVICES}/{device.id}/remove" in page.text
    assert phone.endpoint not in page.text and phone.endpoint not in (await bob.get("/account/notices")).text

    foreign = await bob.post(f"{DEVICES}/{device.id}/remove")
    absent = await bob.post(f"{DEVICES}/{uuid4()}/remove")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert (await alice.post(f"{DEVICES}/{device.id}/remove")).status_code == 303
    assert await PushDevice.count() == 0


async def test_whoever_signs_in_after_her_there_is_told_instead(alice: Person, bob: Person, phone: Receiver):
    await bob.post(DEVICES, data=phone.form())
    await finished(alice.me)
    await knocker.knock()

    assert phone.heard() == [] and await PushDevice.count().where(PushDevice.account == bob.me) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "no address", "http://127.0.0.1:5432/", "http://169.254.169.254/latest", "https://api.stripe.com/v1/charges",
        "https://fcm.googleapis.com.evil.example/x", "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:22/x",
        "https://user@evil.example@fcm.googleapis.com:99999/", "https://fcm.googleapis.com/" + "x" * 800,
        "file:///etc/passwd", "https://[::1", "\u202e",
    ],
)  # fmt: skip
async def test_nowhere_else_do_we_call(alice: Person, service: PushService, endpoint: str):
    answer = await alice.post(DEVICES, data=Receiver(service, "x").form() | {"endpoint": endpoint})

    assert answer.status_code == 422 and await PushDevice.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_key": ""}, {"public_key": "!!!"}, {"public_key": "A" * 87}, {"public_key": "é"}, {"secret": ""},
        {"secret": "A" * 50}, {"secret": "é"}, {"public_key": "B" * 5000},
    ],
)  # fmt: skip
async def test_keys_that_are_none(alice: Person, service: PushService, wrong: dict[str, str]):
    answer = await alice.post(DEVICES, data=Receiver(service, "x").form() | wrong)

    assert answer.status_code == 422 and await PushDevice.count() == 0


async def test_twenty_are_enough(alice: Person, service: PushService):
    for number in range(20):
        assert (await alice.post(DEVICES, data=Receiver(service, f"{number}").form())).status_code == 303

    assert (await alice.post(DEVICES, data=Receiver(service, "one more").form())).status_code == 409
    assert (await alice.post(DEVICES, data=Receiver(service, "3").form())).status_code == 303, "that one is known"


async def test_the_script_that_shows_them_works_for_the_whole_site(visitor):
    answer = await visitor.get("/service-worker.js")

    assert answer.headers["content-type"].startswith("text/javascript") and "showNotification" in answer.text
    assert "worker-src 'self'" in answer.headers["content-security-policy"]


async def test_it_is_offered_for_what_she_may_want_to_know(alice: Person):
    offered = [choice.kind for choice in await notices.choices_of(alice.me) if choice.channel == "push"]

    assert offered == ["piece.done", "piece.failed"]
    assert f'data-push="{web_push.public_key()}"' in (await alice.get("/account/notices")).text

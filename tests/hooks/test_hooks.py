"""Alice's program is told when her work ends, can prove who told it, and is asked again while it is away."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from app.domain import deliveries, generation, hooks, leaving, notices, withholding, work
from app.domain.withheld import Why
from app.models import Delivery, Webhook
from tests.hooks.receiver import Receiver
from tests.people import Person, asked, claimed, finished
from tests.routes.reading import read

ALL, HERE = set(hooks.EVENTS), "http://127.0.0.1:8000"


async def test_she_is_told_of_each_end_and_can_prove_who_told_her(alice: Person, bob: Person, program: Receiver):
    hook, secret = await hooks.create(alice.me, program.url(), ALL)
    made, _ = await finished(alice.me)
    failed = await asked(alice.me)
    await work.fail(await claimed())
    ended = await asked(alice.me)
    await generation.cancel(ended.id, alice.me)
    await finished(bob.me)

    assert await deliveries.run() == 3 and await deliveries.run() == 0

    told = {call.told["type"]: call.told["data"] for call in program.calls}
    assert told["generation.succeeded"] == {
        "id": str(made.id), "url": f"{HERE}/g/{made.id}", "api": f"{HERE}/api/v1/generations/{made.id}",
        "status": "succeeded",
    }  # fmt: skip
    assert told["generation.failed"]["id"] == str(failed.id) and told["generation.canceled"]["id"] == str(ended.id)
    assert "red fox" not in str(program.calls), "no words leave"
    for call in program.calls:
        assert proven(secret, call.headers, call.body)
        assert not proven(secret, call.headers, call.body.replace(b"generation", b"creation"))
        assert not proven(secret, call.headers | {"webhook-timestamp": "1"}, call.body)
        assert abs(int(call.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert secret not in str((await hooks.get_own(hook.id, alice.me)).to_dict()), "it lies there locked"


def proven(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a program of hers would do it, written down from the Standard Webhooks and not from our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(
        version == "v1" and hmac.compare_digest(given, expected)
        for version, given in (each.split(",", 1) for each in headers["webhook-signature"].split(" "))
    )


async def test_only_what_she_chose(alice: Person, program: Receiver):
    await hooks.create(alice.me, program.url(), {"generation.failed"})
    await finished(alice.me)

    assert await deliveries.run() == 0 and program.calls == [] and await Delivery.count() == 0


async def test_away_for_a_while_it_hears_the_same_once_it_is_back(alice: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)
    program.says = ["503 Busy", "500 Broken", "204 Fine"]
    await finished(alice.me)

    assert [await run_now() for _ in range(4)] == [0, 0, 1, 0]

    [row] = await hooks.newest(hook.id)
    assert (row.tries, row.status) == (3, 204) and row.delivered_at
    assert len({call.headers["webhook-id"] for call in program.calls}) == 1
    assert len({call.body for call in program.calls}) == 1


async def test_asked_ever_more_slowly_for_more_than_a_day_and_then_switched_off(alice: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)
    program.says = ["500 Broken"]
    await finished(alice.me)
    waited = timedelta()
    while not (await hooks.get_own(hook.id, alice.me)).off_at:
        before = datetime.now(UTC)
        await deliveries.run()
        [row] = await hooks.newest(hook.id)
        waited += max(row.due_at - before, timedelta())
        await Delivery.update({Delivery.due_at: before}).where(Delivery.id == row.id)

    assert len(program.calls) == 8 and timedelta(days=1) < waited < timedelta(days=2)
    assert row.given_up_at and [each.kind for each in await notices.list_of(alice.me)] == ["webhook.off"]
    await finished(alice.me)
    assert await run_now() == 0 and len(program.calls) == 8, "nothing is even written for one that is off"


async def test_one_that_is_gone_for_good_is_not_asked_again(alice: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)
    program.says = ["410 Gone"]
    await finished(alice.me)
    await deliveries.run()

    assert (await hooks.get_own(hook.id, alice.me)).off_at and len(program.calls) == 1


async def test_what_waited_is_told_when_it_is_switched_on_again(alice: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)
    await finished(alice.me)
    await hooks.change(hook.id, alice.me, on=False)
    assert await deliveries.run() == 0

    await hooks.change(hook.id, alice.me, on=True)
    assert await deliveries.run() == 1


async def test_killed_in_the_middle_it_is_sent_again(alice: Person, program: Receiver):
    await hooks.create(alice.me, program.url(), ALL)
    await finished(alice.me)
    assert len(await deliveries._claim()) == 1, "claimed by somebody who then died"
    assert await deliveries.run() == 0

    assert await run_now() == 1


async def test_nothing_goes_out_for_whoever_is_withheld_or_left(alice: Person, program: Receiver):
    await hooks.create(alice.me, program.url(), ALL)
    await finished(alice.me)
    await withholding.withhold(alice.me, Why.RESTRICTED)
    assert await deliveries.run() == 0

    await leaving.begin(alice.me)
    await leaving.finish(alice.me)
    assert await Webhook.count() == 0 and await Delivery.count() == 0 and program.calls == []


async def test_a_test_is_tried_once_even_while_it_is_off(alice: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)
    await hooks.change(hook.id, alice.me, on=False)
    program.says = ["500 Broken", "200 OK"]
    for each in (0, 1):
        await alice.post(f"/account/webhooks/{hook.id}/test")
        assert await deliveries.run() == each

    assert [call.told["type"] for call in program.calls] == ["test", "test"]
    shown = await alice.get(f"/account/webhooks/{hook.id}/deliveries")
    assert "given up" in shown.text and "taken" in shown.text and "hx-get" not in shown.text


async def test_on_the_page(alice: Person, program: Receiver):
    shown = read(await alice.post("/account/webhooks", data={"url": program.url(), "events": sorted(ALL)}))
    [secret] = [field["value"] for field in shown.all("input") if field.get("value", "").startswith("whsec_")]
    [hook] = await hooks.list_own(alice.me)
    later = await alice.get("/account/webhooks")
    assert secret not in later.text and program.url() in later.text

    renewed = read(await alice.post(f"/account/webhooks/{hook.id}/renew"))
    [new] = [field["value"] for field in renewed.all("input") if field.get("value", "").startswith("whsec_")]
    await finished(alice.me)
    await deliveries.run()
    assert proven(new, program.calls[0].headers, program.calls[0].body)
    assert proven(secret, program.calls[0].headers, program.calls[0].body), "its program learns the new one meanwhile"

    assert "End the one before now" in (await alice.get("/account/webhooks")).text
    await alice.post(f"/account/webhooks/{hook.id}/end-former")
    await finished(alice.me)
    await deliveries.run()
    assert proven(new, program.calls[1].headers, program.calls[1].body)
    assert not proven(secret, program.calls[1].headers, program.calls[1].body)

    await alice.post(f"/account/webhooks/{hook.id}/switch", data={"on": "0"})
    assert "Switched off" in (await alice.get("/account/webhooks")).text
    await alice.post(f"/account/webhooks/{hook.id}/remove")
    assert await hooks.list_own(alice.me) == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("", "url"), ("ftp://example.org/", "url"), ("http://10.0.0.1/", "url"), ("https://a:b@example.org/", "url"),
        ("https://example.org/#x", "url"), ("https://" + "x" * 400, "url"), ("http://[", "url"),
        ("https://example.org/", "events"),
    ],
)  # fmt: skip
async def test_one_that_cannot_be_says_why_and_keeps_what_was_typed(
    alice: Person, url: str, field: str, language: str
):  # fmt: skip
    await alice.post("/preferences", data={"language": language})
    events = [] if field == "events" else sorted(ALL)

    answer = await alice.post("/account/webhooks", data={"url": url, "events": events})

    assert answer.status_code == 422 and f'id="{field}-problem"' in answer.text and url[:60] in answer.text
    assert await hooks.list_own(alice.me) == []


async def test_there_is_an_end_to_how_many(alice: Person, program: Receiver):
    for _ in range(hooks.MOST):
        await hooks.create(alice.me, program.url(), ALL)

    answer = await alice.post("/account/webhooks", data={"url": program.url(), "events": sorted(ALL)})

    assert answer.status_code == 409 and "10" in answer.text


async def test_by_the_api(alice: Person, program: Receiver):
    made = (await alice.post("/api/v1/webhooks", json={"url": program.url()}, headers=alice.key)).json()
    path = f"/api/v1/webhooks/{made['id']}"
    assert made["secret"].startswith("whsec_") and set(made["events"]) == ALL
    assert (await alice.get(path, headers=alice.key)).json() == made | {"secret": ""}

    changed = await alice.patch(path, json={"events": ["generation.failed"], "on": False}, headers=alice.key)
    assert (changed.json()["events"], changed.json()["on"]) == (["generation.failed"], False)
    told = (await alice.post(f"{path}/test", headers=alice.key)).json()
    await deliveries.run()
    [row] = (await alice.get(f"{path}/deliveries", headers=alice.key)).json()["items"]
    assert (row["id"], row["status"], row["tries"]) == (told["id"], 200, 1)
    assert program.calls[0].headers["webhook-id"] == told["id"]
    assert (await alice.delete(path, headers=alice.key)).status_code == 204
    assert (await alice.get(path, headers=alice.key)).status_code == 404


async def test_the_secret_before_ends_after_a_day_or_at_once(alice: Person, program: Receiver):
    made = (await alice.post("/api/v1/webhooks", json={"url": program.url()}, headers=alice.key)).json()
    path, secrets = f"/api/v1/webhooks/{made['id']}", [made["secret"]]

    async def knows() -> list[bool]:
        """Which of the secrets, from the first to the last, prove the next call."""
        await alice.post(f"{path}/test", headers=alice.key)
        await deliveries.run()
        call = program.calls[-1]
        return [proven(each, call.headers, call.body) for each in secrets]

    async def renewed(query: str = "") -> None:
        secrets.append((await alice.post(f"{path}/secret{query}", headers=alice.key)).json()["secret"])

    await renewed()
    assert await knows() == [True, True]
    await renewed()
    assert await knows() == [False, True, True], "two at most"
    await Webhook.update({Webhook.former_until: datetime.now(UTC)}).where(Webhook.id == UUID(made["id"]))
    assert await knows() == [False, False, True], "a day is over"
    await hooks.forget_former()
    [row] = await Webhook.objects()
    assert (row.former_secret, row.former_until) == ("", None)
    await renewed()
    await renewed("?at_once=true")
    assert await knows() == [False, False, False, False, True], "somebody else may know the others"


async def test_bob_cannot_tell_that_hers_exists(web: Litestar, alice: Person, bob: Person, program: Receiver):
    hook, _ = await hooks.create(alice.me, program.url(), ALL)

    async def answers(hook_id: UUID) -> list[tuple[int, str]]:
        page, api = f"/account/webhooks/{hook_id}", f"/api/v1/webhooks/{hook_id}"
        tried = [await bob.post(f"{page}/{deed}") for deed in ("renew", "end-former", "test", "switch", "remove")]
        tried += [await bob.get(f"{page}/deliveries")]
        tried += [await bob.get(api + end, headers=bob.key) for end in ("", "/deliveries")]
        tried += [await bob.post(f"{api}/test", headers=bob.key), await bob.delete(api, headers=bob.key)]
        tried += [await bob.post(f"{api}/secret", headers=bob.key)]
        tried += [await bob.patch(api, json={"on": False}, headers=bob.key)]
        return [(each.status_code, each.text.replace(str(hook_id), "")) for each in tried]

    theirs, nobodys = await answers(hook.id), await answers(uuid4())
    assert theirs == nobodys and {status for status, _ in theirs} == {404}
    assert (await hooks.get_own(hook.id, alice.me)).off_at is None and await Delivery.count() == 0


async def run_now() -> int:
    """As if every pause were over."""
    await Delivery.raw("UPDATE delivery SET due_at = now() WHERE delivered_at IS NULL AND given_up_at IS NULL")
    return await deliveries.run()

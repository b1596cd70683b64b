"""Programs: the same verbs over JSON, with a key in the Authorization header."""

from datetime import datetime
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from app.domain import credits, generation, library, notices, work
from tests.people import Browser, Person, asked, claimed, creation, door, drawn, finished


@pytest.fixture
async def program(web: Litestar, alice: Person):
    """Alice's own program: her key, and nothing a browser would send."""
    async with httpx.AsyncClient(transport=door(web), base_url=str(alice.base_url), headers=alice.key) as client:
        yield client


async def test_from_asking_to_the_bytes(program: httpx.AsyncClient, alice: Person, visitor: Browser):
    asked = await program.post("/api/v1/generations", json={"prompt": "a fox", "seed": 7, "num_images_per_prompt": 2})
    made = asked.json()
    assert (asked.status_code, made["status"], made["params"]["seed"]) == (201, "queued", 7)
    await work.succeed(await claimed(), [await drawn(0), await drawn(1)])

    done = (await program.get(f"/api/v1/generations/{made['id']}")).json()

    assert (done["status"], len(done["creations"])) == ("succeeded", 2)
    picture = await visitor.get(done["creations"][0]["media"]["original"])
    assert picture.headers["content-type"] == "image/png"
    assert (await visitor.get(done["creations"][0]["url"])).status_code == 200
    assert done["events"].startswith("ws://") and datetime.fromisoformat(done["finished_at"]).tzinfo


async def test_the_same_request_key_is_the_same_generation(program: httpx.AsyncClient):
    asked = {"prompt": "a fox", "request_key": "mine-1"}

    ids = {(await program.post("/api/v1/generations", json=asked)).json()["id"] for _ in range(3)}

    assert len(ids) == 1


async def test_what_is_wrong_is_named_by_field(program: httpx.AsyncClient):
    answer = await program.post("/api/v1/generations", json={"prompt": "", "num_inference_steps": 1000})

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"prompt", "num_inference_steps"})


async def test_a_value_of_the_wrong_kind_is_named_too(program: httpx.AsyncClient):
    answer = await program.post("/api/v1/generations", json={"prompt": "a fox", "seed": "seven"})

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"seed"})


async def test_canceling(program: httpx.AsyncClient, alice: Person):
    row = await asked(alice.me)

    answer = await program.delete(f"/api/v1/generations/{row.id}")

    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")


async def test_her_list_page_by_page(program: httpx.AsyncClient, alice: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library, "PAGE", 2)
    _, made = await finished(alice.me, pictures=3)
    found: list[UUID] = []
    after = ""
    while not found or after:
        page = (await program.get("/api/v1/creations", params={"after": after})).json()
        found += [UUID(item["id"]) for item in page["items"]]
        after = page["next"]

    assert sorted(found) == sorted(each.id for each in made) and len(found) == 3


async def test_one_item_is_read_changed_and_deleted(program: httpx.AsyncClient, alice: Person):
    made = await creation(alice.me, "a red fox")
    path = f"/api/v1/creations/{made.id}"

    changed = await program.patch(path, json={"title": "Fox", "show_prompt": False, "visibility": "private"})

    assert changed.json()["title"] == "Fox" and changed.json()["visibility"] == "private"
    assert changed.json()["media"]["full"] != f"{alice.base_url}/m/{made.media_key}/full.webp"
    assert (await program.get(path)).json()["prompt"] == "a red fox", "her own words she sees herself"
    assert (await program.delete(path)).status_code == 204
    assert (await program.get(path)).status_code == 404


@pytest.mark.parametrize("change", [{"visibility": "friends"}, {"title": "x" * 121}])
async def test_a_wrong_change_changes_nothing(program: httpx.AsyncClient, alice: Person, change: dict[str, str]):
    made = await creation(alice.me)

    answer = await program.patch(f"/api/v1/creations/{made.id}", json=change)

    assert answer.status_code == 422 and set(answer.json()["errors"]) == set(change)
    assert (await library.get_own(made.id, alice.me)).version == made.version


@pytest.mark.parametrize("change", [{"likes": 500}, {"owner": "me"}, {"title": 5}, []])
async def test_only_what_may_change_is_understood(program: httpx.AsyncClient, alice: Person, change: object):
    made = await creation(alice.me)

    answer = await program.patch(f"/api/v1/creations/{made.id}", json=change)

    assert answer.status_code == 400
    assert (await library.get_own(made.id, alice.me)).version == made.version


async def test_one_wrong_part_of_a_change_spoils_all_of_it(program: httpx.AsyncClient, alice: Person):
    made = await creation(alice.me)

    answer = await program.patch(f"/api/v1/creations/{made.id}", json={"title": "Fox", "visibility": "friends"})

    assert answer.status_code == 422
    assert (await library.get_own(made.id, alice.me)).title == ""


async def test_explore_hides_what_its_maker_hides(program: httpx.AsyncClient, alice: Person, visitor: Browser):
    made = await creation(alice.me, "a red fox")
    await library.describe(made.id, alice.me, "Fox", False)

    [item] = (await visitor.get("/api/v1/explore")).json()["items"]

    assert (item["title"], item["prompt"], item["seed"]) == ("Fox", "", None)


async def test_somebody_elses_forming_picture_tells_no_words(visitor: Browser, alice: Person):
    row = await asked(alice.me, "a red fox", "public")

    seen = (await visitor.get(f"/api/v1/generations/{row.id}")).json()

    assert seen["params"] == {} and seen["error"] == "" and "fox" not in str(seen)


@pytest.mark.parametrize("path", ["me", "creations", f"creations/{UUID(int=0)}"])
async def test_who_brings_no_key_is_told_so(visitor: Browser, path: str):
    answer = await visitor.get(f"/api/v1/{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers.get("www-authenticate") == "Bearer"


async def test_me(program: httpx.AsyncClient, alice: Person):
    me = (await program.get("/api/v1/me")).json()

    assert (me["name"], me["id"]) == ("Alice", str(alice.me)) and me["balance"] > 0


async def test_her_credits_page_by_page_and_nobody_elses(program: httpx.AsyncClient, alice: Person, bob: Person):
    await credits.bring_in(bob.me, 9, "grant", "his")
    for number in range(credits.STATEMENT_PAGE + 3):
        await credits.bring_in(alice.me, 1, "grant", f"gift {number}")

    first = (await program.get("/api/v1/me/credits")).json()
    await credits.bring_in(alice.me, 1, "grant", "in between")
    second = (await program.get("/api/v1/me/credits", params={"after": first["next"]})).json()

    told = [each["reference"] for each in first["items"] + second["items"] if each["reason"] == "grant"]
    assert told == [f"gift {number}" for number in reversed(range(credits.STATEMENT_PAGE + 3))]
    assert len(first["items"]) == credits.STATEMENT_PAGE and second["next"] == ""
    made_up = await program.get("/api/v1/me/credits", params={"after": "made-up"})
    assert (made_up.status_code, made_up.json()["detail"]) == (400, "This page address is not one of ours.")


async def test_all_that_the_account_page_changes(program: httpx.AsyncClient, alice: Person):
    changed = await program.patch(
        "/api/v1/me", json={"name": "Ada", "handle": "ada-l", "default_visibility": "private"}
    )
    wrong = await program.patch("/api/v1/me", json={"name": "Eve", "handle": "no spaces"})
    also_wrong = await program.patch("/api/v1/me", json={"theme": "pink", "handle": "ada-m"})

    assert (changed.json()["name"], changed.json()["handle"]) == ("Ada", "ada-l")
    assert (wrong.status_code, also_wrong.status_code) == (422, 422)
    me = (await program.get("/api/v1/me")).json()
    assert (me["name"], me["handle"], me["default_visibility"]) == ("Ada", "ada-l", "private"), "all of it or none"


async def test_words_into_its_files(program: httpx.AsyncClient, alice: Person):
    path = f"/api/v1/creations/{(await creation(alice.me)).id}/release"

    assert (await program.get(path)).json() == {"words": False, "cover": None, "written": True}
    assert (await program.put(path, json={"words": True})).json() == {"words": True, "cover": None, "written": False}
    assert (await program.put(path, json={"words": True, "cover": str(UUID(int=7))})).status_code == 422


async def test_what_she_was_told(program: httpx.AsyncClient, alice: Person):
    await notices.choose(alice.me, "piece.done", "app", True)
    row, _ = await finished(alice.me)

    told = (await program.get("/api/v1/me/notices")).json()
    assert (told["unread"], told["items"][0]["title"]) == (1, "A piece of yours is finished")
    assert told["items"][0]["url"].endswith(f"/g/{row.id}")
    assert (await program.post("/api/v1/me/notices/read")).status_code == 204
    assert (await program.get("/api/v1/me/notices")).json()["unread"] == 0


async def test_the_description_tells_of_every_address(program: httpx.AsyncClient):
    described = (await program.get("/schema/openapi.json")).json()["paths"]

    for path in ("generations", "generations/{generation_id}", "creations", "creations/{creation_id}", "explore", "me"):
        assert f"/api/v1/{path}" in described
    assert not [path for path in described if not path.startswith("/api/v1/")]


async def test_a_retried_and_then_lost_one_tells_its_maker_why(program: httpx.AsyncClient, alice: Person):
    row = await asked(alice.me)
    await work.fail(await claimed())

    told = (await program.get(f"/api/v1/generations/{row.id}")).json()

    assert (told["status"], told["error"]) == ("failed", work.GAVE_UP)
    assert (await generation.get_own(row.id, alice.me)).error == work.GAVE_UP


async def test_a_parameter_that_is_misspelt_is_named(alice: Person, visitor: Browser):
    told = await alice.get("/api/v1/generations?curser=1", headers=alice.key)
    assert told.status_code == 422 and "“curser”" in told.json()["detail"]

    assert (await visitor.get("/api/v1/explore?knd=image")).status_code == 422
    assert (await visitor.get("/api/v1/nothing/here?at=all")).status_code == 404
    assert (await visitor.get("/api/v1/explore?kind=image&sort=liked")).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ключ", "a" * 256, "a\tb"])
async def test_a_key_for_repeating_that_is_none_is_refused(alice: Person, key: str):
    headers = {**alice.key, "Idempotency-Key": key.encode()}

    told = await alice.post("/api/v1/me/notices/read", headers=headers)  # type: ignore[arg-type]

    assert told.status_code == 422 and "255" in told.json()["detail"]

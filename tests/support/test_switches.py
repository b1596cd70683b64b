"""Whoever runs the studio turns a part of it off; people read why, and everything else goes on."""

from typing import Any

import pytest
from litestar import Litestar

from app.domain import audit, generation, library, switches
from app.domain.switches import Off
from app.models import Account, AuditEvent, Generation, SwitchedOff
from app.roles import Role
from tests.people import Browser, Person, creation, staff
from tests.uploads.files import picture


async def off(name: str, by: Person) -> None:
    await switches.turn(name, False, by.me)


async def test_turned_on_the_page_and_written_down_once(web: Litestar, alice: Person, charlie: Person):
    admin = await staff(web, Role.ADMIN)
    for _ in range(2):
        await admin.post("/admin/switches/songs", data={"on": "0"})
    with pytest.raises(Off):
        await generation.submit(alice.me, "", {"prompt": "a song"}, "private", kind="song")
    shown = await admin.get("/admin/switches")
    await admin.post("/admin/switches/songs", data={"on": "1"})

    assert "No songs are made at the moment" in shown.text
    assert await generation.submit(alice.me, "", {"prompt": "a song"}, "private", kind="song")
    told = [event.action for event in await AuditEvent.objects().where(AuditEvent.subject == "switch:songs")]
    assert sorted(told) == ["switch.off", "switch.on"] and await audit.seal()
    assert (await charlie.get("/admin/switches")).status_code == 404
    assert (await admin.post("/admin/switches/nothing", data={"on": "0"})).status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_whoever_comes_next_reads_the_sentence(alice: Person, visitor: Browser, language: str):
    for name in switches.SWITCHES:
        await off(name, alice)
    words = {"en": "at the moment", "ar": "حاليًا"}[language]
    headers = {"Accept-Language": language}

    for path in ("/explore", "/feed.xml", "/sign-up/age"):
        answer = await visitor.get(path, headers=headers)
        assert answer.status_code == 503 and words in answer.text, path
    assert (await visitor.get("/", headers=headers)).status_code == 200
    problem = await visitor.get("/api/v1/explore", headers=headers)
    assert problem.status_code == 503 and words in problem.json()["detail"]


async def test_nobody_new(alice: Person, visitor: Browser):
    await off("sign-ups", alice)
    born = {"birth_year": "1990", "birth_month": "1", "birth_day": "1"}
    await switches.turn("sign-ups", True, alice.me)
    assert (await visitor.post("/sign-up/age", data=born)).headers["location"].startswith("/sign-up")
    await off("sign-ups", alice)

    answer = await visitor.post("/sign-up", data=NEW)

    assert answer.status_code == 503 and await Account.count() == 1
    assert "Nobody new" in answer.text and NEW["email"] in answer.text
    assert (await alice.get("/account")).status_code == 200


async def test_nothing_is_made_public_and_the_words_are_kept(alice: Person):
    made = await creation(alice.me, visibility="private")
    await off("publishing", alice)

    asked = await alice.post("/create", data={"prompt": "a red fox", "visibility": "public"})
    with pytest.raises(Off):
        await library.set_visibility([made.id], alice.me, "public")

    assert asked.status_code == 422 and "a red fox" in asked.text and "Choose private" in asked.text
    assert (await library.get_own(made.id, alice.me)).visibility == "private"
    assert await Generation.count() == 1
    assert await generation.submit(alice.me, "", {"prompt": "a red fox"}, "private")


async def test_no_files(alice: Person):
    await off("uploads", alice)
    path, body = "/api/v1/uploads?agreed=yes", {"content": picture(), "headers": alice.key | KIND}
    answers: list[Any] = [await alice.post(path, **body)]
    answers.append(await alice.post("/api/v1/uploads/begin", json={"size": 9, "agreed": True}, headers=alice.key))
    await switches.turn("uploads", True, alice.me)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert (await alice.post(path, **body)).status_code == 201


async def test_every_process_knows_within_a_second(alice: Person):
    """Another process has written: nobody tells this one, and it finds out by itself."""
    assert await switches.is_on("songs")
    await SwitchedOff.insert(SwitchedOff(name="songs"))
    assert switches.REMEMBERED < 1

    switches._read_at -= switches.REMEMBERED
    assert not await switches.is_on("songs")


NEW = {
    "name": "New", "email": "new@example.org", "password": "three unrelated words", "default_visibility": "public",
}  # fmt: skip
KIND = {"Content-Type": "application/octet-stream"}

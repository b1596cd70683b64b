"""What programs hear: one generation as JSON, its state first, and a clean end."""

from uuid import uuid4

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from app.domain import generation as generations
from app.domain import watching
from tests.realtime.live import Person, Site, being_made, draw, progress, set_columns


async def test_a_program_hears_the_state_then_every_step_then_the_end(site: Site, alice: Person):
    fox = await being_made(alice)
    program = await site.program(alice, fox.id)
    await program.until_html("generation.state")

    await draw(fox, 1)
    await progress(fox, 1)
    await program.until_html("generation.progressed")
    await set_columns(fox, status="succeeded", step=20)
    await generations.announce(fox)

    assert await program.until_closed() == 1000
    first, second, last = program.events
    assert first["type"] == "generation.state" and first["generation"]["status"] == "running"
    assert second == {
        "type": "generation.progressed", "generation_id": str(fox.id), "attempt": 1, "step": 1, "total_steps": 20
    }  # fmt: skip
    assert last["generation"]["status"] == "succeeded" and last["generation"]["step"] == 20
    assert program.steps == []


async def test_previews_come_only_to_programs_that_ask(site: Site, alice: Person):
    fox = await being_made(alice)
    program = await site.program(alice, fox.id, "previews=1")
    await program.until_html("generation.state")

    await draw(fox, 1)

    assert (await program.until_step(1)).total_steps == 20


async def test_what_is_over_is_told_at_once(site: Site, alice: Person):
    fox = await being_made(alice, status="failed", error="It did not work.")

    program = await site.program(alice, fox.id)

    assert await program.until_closed() == 1000
    [state] = program.events
    assert state["generation"]["status"] == "failed" and state["generation"]["error"] == "It did not work."


async def test_a_watch_link_works_for_programs_and_tells_nothing_of_the_maker(site: Site, alice: Person):
    fox = await being_made(alice, watchable=True)
    program = await site.program(None, fox.id, f"watch={fox.watch_token}")

    state = await program.until_html("generation.state")

    assert str(alice.id) not in state and "a red fox" not in state
    await watching.set_watchable(fox.id, alice.id, watchable=False)
    assert await program.until_closed() == 4404


async def test_charlie_gets_the_same_answer_as_for_what_does_not_exist(site: Site, alice: Person, charlie: Person):
    fox = await being_made(alice)
    answers = []
    for name in (fox.id, uuid4()):
        for who in (charlie, None):
            with pytest.raises(InvalidStatus) as refused:
                await site.program(who, name)
            answers.append((refused.value.response.status_code, bytes(refused.value.response.body or b"")))

    assert {status for status, _ in answers} == {404}
    assert len({body for _, body in answers}) == 1


async def test_a_key_that_is_none_is_told_so(site: Site, alice: Person):
    fox = await being_made(alice, "public")

    with pytest.raises(InvalidStatus) as refused:
        await site.connect(f"/api/v1/generations/{fox.id}/events", additional_headers={"Authorization": "Bearer wrong"})

    response = refused.value.response
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert msgspec.json.decode(response.body or b"")["status"] == 401


async def test_a_cookie_speaks_only_on_our_own_pages(site: Site, alice: Person):
    fox = await being_made(alice)
    path = f"/api/v1/generations/{fox.id}/events"

    with pytest.raises(InvalidStatus) as refused:
        await site.connect(path, origin="http://evil.example", additional_headers=alice.cookie)
    socket = await site.connect(path, origin=site.origin, additional_headers=alice.cookie)

    assert refused.value.response.status_code == 403
    assert "generation.state" in str(await socket.recv())
    await socket.close()

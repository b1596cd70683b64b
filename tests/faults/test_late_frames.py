"""A worker that thaws may still keep a frame of an attempt that is over. Nobody who comes later is shown it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from app import cache
from app.domain import sessions
from app.models import Generation
from app.realtime import bus
from app.realtime.preview import Preview, pack
from tests.faults.storm import Maker
from tests.people import claimed
from tests.studio import WEB, Studio


@pytest.fixture(scope="module")
def studio(start_studio: Callable[..., Studio]) -> Studio:
    studio = start_studio(WEB)
    studio.wait_until_live()
    return studio


@pytest.mark.parametrize(("attempt", "shown"), [(1, False), (2, True)])
async def test_only_frames_of_the_present_attempt_are_shown(
    studio: Studio, maker_at: Callable[[Studio], Awaitable[Maker]], attempt: int, shown: bool
):
    alice = await maker_at(studio)
    made = await alice.ask()
    work = await claimed()
    await Generation.update({Generation.attempt: 2}).where(Generation.id == work.id)
    frame = pack(Preview(work.id, 0, attempt, 9, 24, b"\xff\xd8 a picture"))
    await cache.redis().set(bus.frame_key(work.id), frame, ex=600)

    watch = alice.watch(made)
    await watch.until(lambda: bool(watch.states))
    progress = b'{"type":"generation.progressed","generation_id":"%s","attempt":2,"step":1,"total_steps":24}'
    await cache.redis().publish(bus.generation_topic(work.id), progress % str(work.id).encode())
    await watch.until_step(1)
    session = await sessions.begin(work.owner, "browser")
    async with httpx.AsyncClient(base_url=studio.base_url, cookies={"session": session}, trust_env=False) as browser:
        plain = await browser.get(f"/g/{work.id}/frame/0")

    assert plain.status_code == (200 if shown else 404)
    assert [frame.attempt for frame in watch.frames] == ([2] if shown else [])

"""A studio of real processes: what one of them does, the others tell and obey."""

import asyncio
from collections.abc import Callable
from time import monotonic

import httpx

from app.domain import hooks, switches
from tests.hooks.receiver import Receiver
from tests.people import account, key_of
from tests.studio import HOUSEKEEPING, WEB, Studio


async def test_her_program_hears_of_it_within_seconds_and_a_switch_counts_within_one(
    clean: None, start_studio: Callable[..., Studio], program: Receiver
):
    studio = start_studio(WEB, HOUSEKEEPING)
    await asyncio.to_thread(studio.wait_until_live)
    alice = await account()
    await hooks.create(alice.id, program.url(), {"generation.canceled"})
    headers = {"Authorization": f"Bearer {await key_of(alice.id)}"}
    async with httpx.AsyncClient(base_url=studio.base_url, headers=headers) as client:
        made = (await client.post("/api/v1/generations", json={"prompt": "a red fox"})).json()
        await client.delete(f"/api/v1/generations/{made['id']}")
        await asyncio.wait_for(program.heard.wait(), 20)

        assert (await client.get("/api/v1/explore")).status_code == 200
        await switches.turn("explore", False, alice.id)
        turned = monotonic()
        while (await client.get("/api/v1/explore")).status_code == 200:
            assert monotonic() - turned < 1
        await switches.turn("explore", True, alice.id)

    assert program.calls[0].told["data"]["id"] == made["id"]  # type: ignore[index]

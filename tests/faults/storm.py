"""People whose studio is about to be mistreated, and ways to see how it is doing."""

from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from app.models import Generation
from tests.faults.watching import Watch
from tests.studio import Studio

LEASE = 2.0
STEPS = 24
# One thread for each model: several workers share a few processors here, and waiting for each other costs more.
CALM: dict[str, str] = {"OMP_NUM_THREADS": "1", "LEASE_SECONDS": str(LEASE), "PREVIEW_HZ": "50"}


class Maker:
    """Somebody with an account and patience: asks over HTTP, and asks again with the same key when nobody answers."""

    def __init__(self, studio: Studio, token: str) -> None:
        self.studio, self.token = studio, token
        self.http = httpx.AsyncClient(
            base_url=studio.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
        )
        self.watches: list[Watch] = []

    async def ask(self, seed: int = 7, **params: Any) -> dict[str, Any]:
        asked = {"prompt": "a red fox", "seed": seed, "num_inference_steps": STEPS, "visibility": "private"}
        answer = await self.http.post("/api/v1/generations", json=asked | params)
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    async def read(self, generation_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/generations/{generation_id}")
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    def watch(self, made: dict[str, Any]) -> Watch:
        self.watches.append(watch := Watch(self.studio, self.token, made["id"]))
        return watch

    async def make(self, seed: int = 7, **params: Any) -> bytes:
        """From asking to the finished picture's bytes."""
        made = await self.ask(seed, **params)
        await self.watch(made).until_finished()
        return await self.picture(made)

    async def picture(self, made: dict[str, Any]) -> bytes:
        """Its pixels: the file around them is signed for this piece alone."""
        [creation] = (await self.read(made["id"]))["creations"]
        answer = await self.http.get(creation["media"]["original"])
        answer.raise_for_status()
        return Image.open(BytesIO(answer.content)).tobytes()

    async def close(self) -> None:
        for watch in self.watches:
            await watch.close()
        await self.http.aclose()


async def row(made: dict[str, Any]) -> Generation:
    found = await Generation.objects().get(Generation.id == made["id"]).output(load_json=True)
    assert found is not None
    return found


def all_ready(studio: Studio) -> bool:
    """Every worker of the studio has loaded its model since it was last started."""
    return all(is_ready(studio, name) for name in studio.processes if name.startswith("worker"))


def is_ready(studio: Studio, name: str) -> bool:
    process = studio.processes[name]
    lines = studio.log(name).splitlines() if process.poll() is None else []
    return any("ready: " in line and line.endswith(f":{process.pid}") for line in lines)


def who_has(studio: Studio, generation: Generation) -> str:
    """The process's name in the studio: workers call themselves host:pid."""
    pid = int(generation.worker.rpartition(":")[2])
    return next(name for name, process in studio.processes.items() if process.pid == pid)

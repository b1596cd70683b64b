"""What only a real connection does: it breaks in the middle, and it goes on sending after the answer."""

import asyncio
from collections.abc import AsyncIterator

import httpx

from app.models import Upload
from tests.patience import eventually
from tests.people import account, key_of
from tests.studio import WEB, Studio
from tests.uploads import files
from tests.uploads.bringing import nothing_is_left, rows


async def key() -> dict[str, str]:
    person = await account()
    return {"Authorization": f"Bearer {await key_of(person.id)}", "Content-Type": "image/png"}


async def half_of_it(studio: Studio) -> asyncio.StreamWriter:
    headers = await key() | {"Host": "127.0.0.1", "Content-Length": "1000000"}
    head = "POST /api/v1/uploads?agreed=yes HTTP/1.1\r\n" + "".join(f"{name}: {headers[name]}\r\n" for name in headers)
    _, writer = await asyncio.open_connection("127.0.0.1", studio.port)
    writer.write(head.encode() + b"\r\n" + files.picture())
    await writer.drain()
    await eventually(lambda: rows(1), patience=20)
    return writer


async def test_whoever_hangs_up_in_the_middle_leaves_nothing(studio: Studio):
    writer = await half_of_it(studio)

    writer.close()

    await eventually(lambda: rows(0), patience=20)
    await nothing_is_left()
    assert "Traceback" not in studio.log(WEB)


async def test_an_answer_that_comes_early_is_heard(studio: Studio):
    async def fifty_megabytes() -> AsyncIterator[bytes]:
        yield files.SIGNATURE
        for _ in range(50):
            yield bytes(1_000_000)

    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.post(
            f"{studio.base_url}/api/v1/uploads?agreed=yes", content=fifty_megabytes(), headers=await key()
        )
        again = await client.get(f"{studio.base_url}/health/live")

    assert answer.status_code == 413 and "25 MB" in answer.json()["detail"] and again.status_code == 200
    await nothing_is_left()


async def test_a_killed_web_process_leaves_no_file_and_the_sweep_the_rest(studio: Studio):
    writer = await half_of_it(studio)

    studio.kill(WEB)
    writer.close()

    await Upload.delete(force=True)  # as the sweep does when its time has come, see test_uploading.py
    await nothing_is_left()

"""A hundred megabytes go through the web process, and it hardly notices."""

import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app import storage
from app.domain import uploads
from app.models import Upload
from tests.people import account, key_of
from tests.studio import WEB, Studio
from tests.uploads.files import wav

MEGABYTE = 1_000_000
BOUNDARY = b"----of-a-browser"
HEAD = (
    b'------of-a-browser\r\nContent-Disposition: form-data; name="agreed"\r\n\r\nyes\r\n'
    b'------of-a-browser\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
    b"Content-Type: audio/wav\r\n\r\n"
)
TAIL = b"\r\n------of-a-browser--\r\n"


def memory(pid: int, field: str = "VmRSS") -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) * 1024


def forget_the_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def noisy_sound() -> list[bytes]:
    """Eight minutes and a half of noise, 99 MB, which no encoder makes much smaller."""
    samples = 24_800_000
    head = wav(rate=48_000, channels=2, samples=0, claims=samples * 4)
    piece = random.Random(1).randbytes(MEGABYTE)
    return [head, *[piece] * (samples * 4 // MEGABYTE)]


async def body(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("kind", ["form", "bare"])
async def test_a_hundred_megabytes_raise_the_web_process_by_less_than_twenty(studio: Studio, kind: str):
    url, pid = studio.base_url, studio.pid(WEB)
    person = await account()
    key = {"Authorization": f"Bearer {await key_of(person.id)}"}
    sound = noisy_sound()
    parts = [HEAD, *sound, TAIL] if kind == "form" else sound
    headers = key | {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}" if kind == "form" else "audio/wav",
        "Content-Length": str(sum(map(len, parts))),
    }
    async with httpx.AsyncClient(timeout=120) as client:
        small = {"file": ("a", wav())}
        assert (await client.post(f"{url}/api/v1/uploads", files=small, data={"agreed": "yes"}, headers=key)).is_success
        before = memory(pid)
        forget_the_peak(pid)

        answer = await client.post(f"{url}/api/v1/uploads?agreed=yes", content=body(parts), headers=headers)

    assert answer.status_code == 201, answer.text
    grown = memory(pid, "VmHWM") - before
    stored = await storage.size(uploads.key(await uploads.get_own(answer.json()["id"], person.id)))
    print(f"{kind}: {sum(map(len, parts)):,} bytes came, {stored:,} are stored, the process grew by {grown:,}")
    assert sum(map(len, sound)) > 99 * MEGABYTE and stored > 50 * MEGABYTE
    assert grown < 20 * MEGABYTE
    assert os.listdir(Path(os.environ["DATA_DIR"]) / "incoming") == [] and await Upload.count() == 2

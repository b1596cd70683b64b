"""What is cut, doubled, removed before or made to crash its reader. The numbers are those of the threat list."""

import os
import random
import signal
from pathlib import Path

import anyio
import pytest
from PIL import Image

from app.domain import uploads
from app.models import AuditEvent, Upload
from tests.patience import eventually
from tests.people import Person
from tests.uploads import files
from tests.uploads.bringing import bring, brought, refused

pytestmark = pytest.mark.policy("P06")

CUT = {
    "empty": (b"", 422), "one byte": (b"\x89", 415), "a signature": (files.SIGNATURE, 415),
    "half a PNG": (files.saved(Image.effect_noise((200, 200), 90))[:9000], 422),
    "half a JPEG": (files.saved(Image.effect_noise((200, 200), 90), "JPEG")[:3000], 422),
    "half a WebP": (files.saved(Image.effect_noise((200, 200), 90).convert("RGB"), "WEBP")[:3000], 422),
    "half a FLAC": (files.sound(60, "flac")[:9000], 422),
    "half an M4A": (files.sound(5, "mp4", rate=44100)[:200], 422),
    "one sample": (files.wav(samples=1), 422), "no sample": (files.wav(samples=0), 422),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT)
async def test_U18_what_is_cut_or_empty_says_so(alice: Person, name: str):
    data, status = CUT[name]

    await refused(alice, data, status)


async def test_U19_a_file_that_was_removed_before_does_not_come_in_again(alice: Person, bob: Person):
    data = files.picture((70, 70))
    answer = await bring(alice, data)
    row = await Upload.objects().get(Upload.id == answer.json()["id"])
    assert row is not None
    await uploads.block(row.sha256, "removed")
    await uploads.delete(row.id, alice.me)
    await uploads.sweep()

    await refused(bob, data, 422, "removed before")

    assert [event["action"] for event in await AuditEvent.select()] == ["upload.blocked"]
    assert await brought(bob, files.picture((71, 70)))


async def test_U21_the_same_file_of_two_people_is_two_files(alice: Person, bob: Person):
    data = files.picture()

    hers, his = await bring(alice, data), await bring(bob, data)

    assert (hers.status_code, his.status_code) == (201, 201)
    assert hers.json()["id"] != his.json()["id"] and hers.json().keys() == his.json().keys()
    assert len(await uploads.storage.keys("uploads")) == 4
    await alice.delete(f"/api/v1/uploads/{hers.json()['id']}")
    assert (await bob.get(f"/uploads/{his.json()['id']}/file")).status_code == 200


async def test_U24_whatever_is_made_of_a_good_file_is_a_picture_or_a_sentence(alice: Person):
    dice = random.Random(24)
    seeds = [files.picture((40, 40), form) for form in ("PNG", "JPEG", "WEBP")]
    seeds += [files.sound(0.5, form, rate=48_000) for form in ("flac", "mp3", "ogg", "mp4", "webm")]
    for seed in seeds:
        for _ in range(3):
            broken = bytearray(seed)
            for _ in range(dice.randrange(1, 30)):
                broken[dice.randrange(16, len(broken))] = dice.randrange(256)
            answer = await bring(alice, bytes(broken))
            assert answer.status_code in {201, 413, 415, 422}, answer.text


def children() -> list[int]:
    """The decoders of this process."""
    found = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"app.decoding" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.parametrize("end", [signal.SIGSEGV, signal.SIGKILL, signal.SIGXCPU])
async def test_U24_a_decoder_that_crashes_costs_a_sentence(alice: Person, end: signal.Signals):
    data = files.sound(590, "mp3", rate=44100)

    async with anyio.create_task_group() as group:
        group.start_soon(refused, alice, data, 422, "could not read")
        os.kill((await eventually(children, patience=20))[0], end)

    assert (await bring(alice, files.picture())).status_code == 201

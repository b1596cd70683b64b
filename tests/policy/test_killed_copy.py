"""Whoever makes a copy is killed in the middle of it: the next one begins anew, and of the half nothing is left."""

import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from app import settings, storage
from app.domain import library, takeout
from app.models import Takeout
from tests.patience import eventually
from tests.people import Person, creation
from tests.studio import HOUSEKEEPING, Studio

pytestmark = pytest.mark.policy("P53")

LARGE = 60_000_000
"Long enough in the making to be caught at it."


def halves() -> list[Path]:
    """What is being written: a folder keeps it beside the finished ones under a name that no list shows."""
    return list((settings.get().data_dir / "media" / "takeouts").glob("*/*#*"))


def half_is_written() -> bool:
    return any(half.stat().st_size > LARGE for half in halves())


async def ready(takeout_id: UUID) -> Takeout | None:
    return await Takeout.objects().get((Takeout.id == takeout_id) & Takeout.ready_at.is_not_null())


async def test_a_copy_is_made_although_its_maker_was_killed(
    alice: Person, start_studio: Callable[..., Studio], tmp_path: Path
):
    await storage.delete_all("")
    noise = random.Random(7).randbytes(LARGE)
    for number in range(4):
        made = await creation(alice.me, f"piece {number}", "private")
        await storage.put(f"{library.folder(made.id)}/original.png", noise)
    asked = await takeout.ask(alice.me)

    studio = start_studio(HOUSEKEEPING)
    await eventually(half_is_written, patience=90)
    studio.kill(HOUSEKEEPING)
    [half] = halves()
    assert await ready(asked.id) is None and half.stat().st_size < 4 * LARGE
    studio.start(HOUSEKEEPING)
    whole = await eventually(lambda: ready(asked.id), patience=90)
    studio.stop(HOUSEKEEPING)

    assert whole.tries == 2 and await Takeout.count() == 1
    address = f"/privacy/center/takeout/{asked.id}"
    file = tmp_path / "copy.zip"
    with file.open("wb") as out:  # as a browser fetches it whose connection breaks, in three goes
        for start, end in ((0, LARGE - 1), (LARGE, 3 * LARGE), (3 * LARGE + 1, whole.bytes)):
            part = await alice.get(address, headers={"Range": f"bytes={start}-{end}"})
            assert part.status_code == 206
            out.write(part.content)
    with zipfile.ZipFile(file) as copy:
        assert copy.testzip() is None and sum(name.endswith("original.png") for name in copy.namelist()) == 4

    for left in halves():
        os.utime(left, (0, 0))
    await takeout.sweep()
    assert halves() == [] and await storage.size(takeout.key(asked.id)) == whole.bytes
    await storage.delete_all("")

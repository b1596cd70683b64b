"""What is over is erased, row and bytes; what is not stays."""

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app import settings, storage
from app.domain import library
from app.models import Creation
from tests.people import account, creation

LONG_AGO = datetime.now(UTC) - timedelta(days=365)


async def test_what_alice_deleted_long_ago_is_erased_with_its_bytes_and_yesterdays_can_come_back(clean):
    alice = await account("Alice")
    old, recent = await creation(alice.id), await creation(alice.id)
    for one in (old, recent):
        await library.delete(one.id, alice.id)
    await Creation.update({Creation.deleted_at: LONG_AGO}).where(Creation.id == old.id)

    assert await library.erase_deleted() == 1

    assert await storage.keys(library.folder(old.id)) == []
    assert await Creation.exists().where(Creation.id == old.id) is False
    assert len(await storage.keys(library.folder(recent.id))) == 4
    assert (await library.restore(recent.id, alice.id)).id == recent.id


async def test_files_that_a_dead_worker_left_behind_are_erased_and_fresh_ones_may_still_get_their_row(clean):
    alice = await account("Alice")
    kept = await creation(alice.id)
    left, fresh = uuid4(), uuid4()
    for orphan in (left, fresh):
        await storage.put(f"{library.folder(orphan)}/original.png", b"bytes")
    for creation_id in (kept.id, left):
        for key in await storage.keys(library.folder(creation_id)):
            _age(key)

    assert await library.erase_orphans() == 1

    assert await storage.keys(library.folder(left)) == []
    assert len(await storage.keys(library.folder(fresh))) == 1
    assert len(await storage.keys(library.folder(kept.id))) == 4


def _age(key: str) -> None:
    file = settings.get().data_dir / "media" / key
    os.utime(file, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))

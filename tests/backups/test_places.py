"""Servers and buckets of one's own, what is kept how long, and who is told when nothing was copied."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from app import doctor, embedded, settings, vault
from app.backups import log, making, manifest, media, restoring
from app.domain import safekeeping
from app.embedded import Receiver
from app.settings import Settings
from app.workers import safekeeping as duties
from tests.backups.conftest import Place, forget_settings
from tests.backups.test_destroy_and_restore import quiet, rows_of
from tests.people import Browser, Person, creation
from tests.storage.s3 import s3, storage_at

pytestmark = pytest.mark.policy("P44")
NOW = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)


async def test_a_server_of_ones_own_is_dumped_and_comes_back_into_an_embedded_one(alice: Person, place: Place):
    embedded.withdraw(settings.get().data_dir)
    piece = await creation(alice.me)

    made = await making.make(quiet)
    done = restoring.restore(place.elsewhere, quiet)

    assert made.kind == "dump" and done.log_files == 0
    assert [row["id"] for row in await rows_of(place.elsewhere, "SELECT id FROM creation")] == [piece.id]
    assert (place.elsewhere / "media" / "creations" / str(piece.id) / "original.png").exists()


async def test_a_bucket_is_as_good_as_a_folder(
    alice: Person, place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    piece = await creation(alice.me)
    with s3() as endpoint, storage_at(settings.get().storage_url):
        monkeypatch.setenv("BACKUP_URL", f"s3://studio/backups?endpoint={endpoint}")
        forget_settings()
        await making.make(quiet)
        await place.receives_everything()
        done = restoring.restore(place.elsewhere, quiet)

    assert done.log_files > 0 and done.files.files > 2
    assert (place.elsewhere / "media" / "creations" / str(piece.id) / "original.png").exists()


async def test_two_studios_do_not_share_a_place(alice: Person, place: Place):
    made = await making.make(quiet)
    vault.put(
        f"base/{made.name}/manifest.age",
        vault.get(f"base/{made.name}/manifest.age").replace(made.system.encode(), b"7"),
    )

    with pytest.raises(Exception, match="No backup was made"):
        await making.make(quiet)

    noted = await safekeeping.newest("backup")
    assert noted and not noted.ok and "Another studio" in noted.told


async def test_the_keys_of_people_may_lie_elsewhere(alice: Person, place: Place, monkeypatch: pytest.MonkeyPatch):
    keys = place.away.with_name("keys")
    monkeypatch.setenv("BACKUP_KEYS_URL", f"file://{keys}")
    forget_settings()
    await creation(alice.me)

    await making.make(quiet)

    assert list(keys.glob("people/*")) and not list(place.away.glob("people/*"))
    assert restoring.restore(place.elsewhere, quiet).files.files > 2


async def test_a_piece_erased_by_its_maker_leaves_the_copies_when_the_log_does(alice: Person, place: Place):
    kept, erased = await creation(alice.me), await creation(alice.me)
    media.copy({str(kept.id): alice.me, str(erased.id): alice.me})
    still = {key for key in media.there() if str(kept.id) in key}

    assert media.let_go(still, 7, NOW) == 0 == media.let_go(still, 7, NOW + timedelta(days=6))
    assert set(media.there()) > still
    assert media.let_go(still, 7, NOW + timedelta(days=8)) > 0
    assert set(media.there()) == still


def test_a_week_of_days_and_a_month_of_weeks_are_kept():
    names = [manifest.name_at(NOW - timedelta(days=days)) for days in range(60, -1, -1)]

    kept = sorted(manifest.kept(names, NOW, 7, 4))

    assert kept[-7:] == names[-7:] and len(kept) == 10
    assert manifest.moment_of(kept[0]) > NOW - timedelta(weeks=4)
    assert manifest.kept(names[:1], NOW, 7, 4) == {names[0]}, "the last one is never let go"


def test_a_missing_file_of_the_log_is_said(place: Place, tmp_path: Path):
    place.received.mkdir()
    for name in ("0000000100000001000000FE", "0000000100000001000000FF", "000000010000000200000001"):
        (place.received / name).write_bytes(b"log")
    log.send(place.received)

    with pytest.raises(log.Gap):
        log.fetch("0000000100000001000000FE", tmp_path / "log")


def test_the_log_is_sent_once_and_only_the_newest_stays_here(place: Place):
    place.received.mkdir()
    for name in ("000000010000000000000001", "000000010000000000000002", "000000010000000000000003.partial"):
        (place.received / name).write_bytes(b"log")

    assert log.send(place.received) == 3 and log.send(place.received) == 0
    assert {path.name for path in place.received.iterdir()} == {
        "000000010000000000000002", "000000010000000000000003.partial"
    }  # fmt: skip


async def test_housekeeping_sends_the_log_and_the_age_of_that_is_a_figure(
    alice: Person, visitor: Browser, place: Place, receiver: Receiver
):
    await duties.send_log({})
    await making.make(quiet)

    figures = (await visitor.get("/metrics")).text

    assert 0 <= await safekeeping.log_age() < 60 and len(duties.duties()) == 4
    assert "studio_backup_age_seconds 0." in figures and "studio_drill_age_seconds +Inf" in figures


async def test_the_doctor_says_when_none_is_made_and_when_the_last_is_old(alice: Person, place: Place):
    connection = await asyncpg.connect(settings.get().database_url)
    try:
        none = await doctor._backups(connection, Settings(public_url="https://studio.example"))
        await making.make(quiet)
        fresh = await doctor._backups(connection, settings.get())
        await connection.execute("UPDATE backup_run SET at = now() - interval '2 days'")
        old = await doctor._backups(connection, settings.get())
    finally:
        await connection.close()

    assert not none.ok and "None are made" in none.sentence
    assert fresh.ok and "backup.key elsewhere" in fresh.sentence and not old.ok


@pytest.mark.parametrize(("ok", "says"), [(True, "all of it was there"), (False, "restoring a backup failed")])
async def test_everybody_may_read_how_the_last_drill_went(alice: Person, visitor: Browser, ok: bool, says: str):
    assert 'id="drill"' not in (await visitor.get("/trust")).text

    await safekeeping.note("drill", datetime.now(UTC), ok=ok, told="a secret of the operator")

    page = (await visitor.get("/trust")).text
    assert says in page and "a secret" not in page

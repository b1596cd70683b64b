"""The disks are lost: everything comes back at another place, except for who had left, and nothing damaged passes."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from app import settings, storage, vault
from app.backups import database, drill, making, manifest, media, restoring
from app.domain import leaving, safekeeping
from app.embedded import Receiver
from app.models import Account, BackupRun, Creation
from tests.backups.conftest import Place
from tests.people import Person, creation
from tests.services import Services, run_app

pytestmark = pytest.mark.policy("P44")


def quiet(sentence: str) -> None:
    """Nobody looks on."""


@pytest.fixture
def without_disks(services: Services, place: Place) -> Callable[[], None]:
    """The folder of the database and that of the files are gone, while the server has just been killed."""
    moved: list[tuple[Path, Path]] = []

    def destroy() -> None:
        services.postgres.kill()
        for folder in (settings.get().data_dir / "postgres", Path(storage.store().prefix)):
            aside = folder.with_name(f"{folder.name}.lost")
            folder.rename(aside)
            moved.append((folder, aside))

    yield destroy
    for folder, aside in moved:
        aside.rename(folder)
    services.postgres.start()


async def rows_of(place: Path, query: str) -> list[asyncpg.Record]:
    with restoring.running(place, f"file://{place / 'media'}") as env:
        connection = await asyncpg.connect(env["DATABASE_URL"])
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()


async def test_all_that_was_acknowledged_comes_back_and_nobody_who_left(
    alice: Person, bob: Person, charlie: Person, place: Place, receiver: Receiver, without_disks: Callable[[], None]
):
    old, theirs = await creation(alice.me), await creation(bob.me, "bob's")
    await making.make(quiet)
    await leaving.begin(bob.me)
    await leaving.finish(bob.me)
    new = await creation(alice.me, "made after the backup")
    media.copy_these({str(new.id): alice.me})
    await place.receives_everything()
    here = await database.rows(settings.get().database_url)
    original = await storage.get(f"creations/{new.id}/original.png")
    without_disks()

    done = restoring.restore(place.elsewhere, quiet)

    assert done.log_files > 0 and done.erased == 0, "the log knew already that Bob had left"
    found = await rows_of(place.elsewhere, "SELECT id, owner FROM creation")
    assert {row["id"] for row in found} == {old.id, new.id}
    [[ledger]] = await rows_of(place.elsewhere, "SELECT count(*) FROM ledger_entry")
    assert ledger == here["ledger_entry"]
    assert (place.elsewhere / "media" / "creations" / str(new.id) / "original.png").read_bytes() == original
    assert not (place.elsewhere / "media" / "creations" / str(theirs.id)).exists() and done.files.shut > 0


async def test_an_older_moment_brings_back_rows_of_somebody_who_left_and_they_are_erased_again(
    alice: Person, bob: Person, place: Place, receiver: Receiver
):
    await creation(bob.me, "bob's")
    made = await making.make(quiet)
    for path in place.away.glob("log/*"):
        path.unlink()
    await leaving.begin(bob.me)
    await leaving.finish(bob.me)

    done = restoring.restore(place.elsewhere, quiet)

    assert done.manifest.name == made.name and done.erased == 1
    assert not await rows_of(place.elsewhere, f"SELECT 1 FROM account WHERE email = '{bob.account.email}'")
    assert len(await rows_of(place.elsewhere, f"SELECT 1 FROM account WHERE email = '{alice.account.email}'")) == 1


@pytest.mark.parametrize("which", ["base/*/base.tar.gz.age", "base/*/manifest.age", "base/*/keys.age", "log/0*"])
async def test_one_changed_byte_is_found_before_anything_is_served(
    alice: Person, place: Place, receiver: Receiver, which: str
):
    await creation(alice.me)
    await making.make(quiet)
    await place.receives_everything()
    [changed, *_] = sorted(place.away.glob(which))
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)

    with pytest.raises(vault.Damaged):
        restoring.restore(place.elsewhere, quiet)


async def test_a_damaged_picture_is_left_out_by_name_and_the_others_come_back(
    alice: Person, place: Place, receiver: Receiver
):
    await creation(alice.me)
    await making.make(quiet)
    [changed] = place.away.glob("media/creations/*/original.png.*")
    content = bytearray(changed.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)

    done = restoring.restore(place.elsewhere, quiet)

    assert done.files.damaged == [str(changed.relative_to(place.away))] and done.files.files > 2
    assert not list(place.elsewhere.glob("media/creations/*/original.png"))


async def test_a_backup_is_read_by_nobody_without_its_key(alice: Person, place: Place, receiver: Receiver):
    await creation(alice.me, "a very particular prompt")
    await making.make(quiet)
    await place.receives_everything()

    stored = b"".join(path.read_bytes() for path in place.away.rglob("*") if path.is_file())

    assert b"a very particular prompt" not in stored and alice.account.email.encode() not in stored
    assert stored.count(b"age-encryption.org/v1") > 5


async def test_whoever_leaves_takes_the_key_of_their_copies_along(
    alice: Person, bob: Person, place: Place, receiver: Receiver
):
    mine, theirs = await creation(alice.me), await creation(bob.me, "bob's")
    await making.make(quiet)
    kept = {key.split("/")[1] for key in media.there()}
    assert kept == {str(mine.id), str(theirs.id)}
    assert vault.key_of(bob.me)

    await leaving.begin(bob.me)
    await leaving.finish(bob.me)

    assert vault.key_of(bob.me) is None and vault.key_for(bob.me) is None and vault.key_of(alice.me)
    assert media.check([name for name, _ in media.there().values()]) == sum(
        str(mine.id) in key for key in media.there()
    )


async def test_a_place_that_is_away_keeps_nobody_here(alice: Person, place: Place, receiver: Receiver):
    await creation(alice.me)
    await making.make(quiet)
    aside = place.away.with_name("unmounted")
    place.away.rename(aside)
    place.away.touch()

    await leaving.begin(alice.me)
    await leaving.finish(alice.me)

    assert await Creation.count() == 0 and not await Account.exists().where(Account.email == alice.account.email)
    place.away.unlink()
    aside.rename(place.away)
    await making.make(quiet)
    assert vault.key_of(alice.me) is None


async def test_a_drill_says_that_it_can_be_done_and_leaves_nothing_behind(
    alice: Person, place: Place, receiver: Receiver
):
    await creation(alice.me)
    before = set(settings.get().data_dir.iterdir())
    await making.make(quiet)
    await place.receives_everything()

    found = await drill.hold(quiet)

    assert found.rows > 10 and found.files > 2 and found.behind == 0
    assert set(settings.get().data_dir.iterdir()) == before
    noted = await safekeeping.newest_good("drill")
    assert noted and noted.told and await safekeeping.age("drill") < 60 > await safekeeping.age("backup")


async def test_a_drill_finds_books_that_do_not_add_up(alice: Person, place: Place, receiver: Receiver):
    await creation(alice.me)
    await Account.raw("UPDATE credit_lot SET remaining = remaining + 1")
    await making.make(quiet)

    with pytest.raises(Exception, match="drill failed"):
        await drill.hold(quiet)

    noted = await safekeeping.newest("drill")
    assert noted and not noted.ok and "credits check" in noted.told


async def test_what_was_broken_off_counts_for_nothing_and_is_cleared_away(
    alice: Person, place: Place, receiver: Receiver
):
    first = await making.make(quiet)
    broken = place.away / "base" / "20200101T000000Z" / "base.tar.gz.age"
    broken.parent.mkdir()
    broken.write_bytes(b"half")

    assert manifest.newest().name == first.name
    await making.make(quiet)

    assert not broken.exists() and await BackupRun.count().where(BackupRun.ok.eq(True)) == 2


def test_from_the_terminal_in_sentences(services: Services, place: Place):
    told = run_app("restore", str(place.elsewhere))

    assert told.returncode == 1 and "There is no finished backup at BACKUP_URL" in told.stderr
    (place.elsewhere / "mine").mkdir(parents=True, exist_ok=True)
    told = run_app("restore", str(place.elsewhere))
    assert told.returncode == 1 and "name a folder that is empty" in told.stderr

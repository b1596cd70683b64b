"""From the place of backups to a second path: the database with its log, every file, and nobody who left."""

import base64
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import obstore

from app import embedded, storage, vault
from app.backups import database, log, manifest, media
from app.backups.making import KEYS
from app.backups.manifest import Manifest
from app.domain.leaving import TOMBSTONES
from app.embedded.child import write_private
from app.errors import DomainError
from app.settings import Settings

LOG = "restored_log"
# Of the settings, only what opens what was locked goes along: a copy under restoration writes to nobody.
TAKEN_ALONG = {"SECRET_KEY", "LOG_LEVEL"}
Tell = Callable[[str], None]


class Restored(msgspec.Struct, frozen=True):
    manifest: Manifest
    log_files: int
    files: media.Back
    erased: int
    "People who had left and were erased once more."
    seconds: float


def restore(
    place: Path, tell: Tell, *, until: datetime | None = None, survived: Path | None = None, files_to: str = ""
) -> Restored:
    """Call from the main thread. What was broken off is begun again with the same call; files that are there stay."""
    began = time.monotonic()
    _see_that_it_is_free(place)
    chosen = manifest.newest(before=until)
    tell(f"The backup of {chosen.made_at:%Y-%m-%d %H:%M} UTC ...")
    log_files = restore_database(chosen, place, tell, until=until, survived=survived)
    target = files_to or f"file://{(place / 'media').resolve()}"
    tell("Files ...")
    files = media.restore(storage.at(target, "--files-to"), lambda number, of: tell(f"Files: {number} of {of}\r"))
    _bring_tombstones(target)
    with running(place, target) as env:
        tell("Bringing the tables up to date, and erasing again whoever had left ...")
        ask(env, "migrate")
        erased = int(ask(env, "erase", "--replay").split()[1])
    (place / "restoring").unlink()
    return Restored(chosen, log_files, files, erased, time.monotonic() - began)


def restore_database(
    chosen: Manifest, place: Path, tell: Tell, *, until: datetime | None = None, survived: Path | None = None
) -> int:
    """Into a folder of an embedded server, whichever kind it was. Returns how many files of the log were used."""
    (place / "restoring").touch()
    _bring_keys(chosen, embedded.run_folder(place))
    if chosen.kind == "dump":
        _read_in(chosen, place)
        return 0
    half = place / "postgres.unfinished"
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(place / "postgres", ignore_errors=True)
    half.mkdir(mode=0o700)
    tell("The database ...")
    _unpack(chosen, half)
    tell("Its log ...")
    try:
        log_files = log.fetch(chosen.first_log, half / LOG, survived)
    except log.Gap:
        if until is None:
            raise
        log_files = len(list((half / LOG).iterdir()))
    half.rename(place / "postgres")
    server = embedded.postgres(place)
    tell(f"Going through {log_files} files of the log ...")
    server.recover(server.home.data / LOG, f"{until:%Y-%m-%d %H:%M:%S.%f+00}" if until else "")
    shutil.rmtree(server.home.data / LOG)
    return log_files


@contextmanager
def running(place: Path, files: str) -> Iterator[Mapping[str, str]]:
    """Both servers of a restored folder, and the environment in which our commands find them and nothing else."""
    servers: list[embedded.Server] = [embedded.postgres(place), embedded.valkey(place)]
    started = []
    try:
        for server in servers:
            started.append((server, embedded.start(server)))
        ours = {name.upper() for name in Settings.__struct_fields__} - TAKEN_ALONG
        env = {name: value for name, value in os.environ.items() if name not in ours}
        env |= {server.setting.upper(): server.url for server in servers}
        yield env | {"DATA_DIR": str(place), "STORAGE_URL": files}
    finally:
        for server, process in reversed(started):
            embedded.stop(server, process)


def ask(env: Mapping[str, str], *command: str) -> str:
    """One of our commands about the restored studio; what it says when it ends well."""
    done = subprocess.run([sys.executable, "-m", "app", *command], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = database.last_line(done.stdout + done.stderr)
        raise DomainError("{command} did not succeed: {said}", command=" ".join(command), said=said)
    return done.stdout.strip()


def _see_that_it_is_free(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(place.iterdir()) and not (place / "restoring").exists():
        raise DomainError("There is something in {place}: name a folder that is empty or not there.", place=place)


def _unpack(chosen: Manifest, folder: Path) -> None:
    """Whole and proved on the disk before a byte of it is used."""
    packed = folder.with_name("base.tar.gz")
    try:
        with packed.open("wb") as file:
            vault.unseal(chosen.path(database.FILES), file, expected=chosen.files[database.FILES])
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter=_ours)  # noqa: S202 - it was sealed with our key
    finally:
        packed.unlink(missing_ok=True)


def _ours(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo:
    """Owned by whoever restores, whatever the account was called where the server ran."""
    ours = tarfile.tar_filter(member, place)
    return ours.replace(uid=os.geteuid(), gid=os.getegid(), uname="", gname="", deep=False)


def _read_in(chosen: Manifest, place: Path) -> None:
    shutil.rmtree(place / "postgres", ignore_errors=True)
    dump = place / "studio.dump"
    try:
        with dump.open("wb") as file:
            vault.unseal(chosen.path(database.DUMP), file, expected=chosen.files[database.DUMP])
        server = embedded.postgres(place)
        process = embedded.start(server)
        try:
            database.read_in(dump, server.url)
        finally:
            embedded.stop(server, process)
    finally:
        dump.unlink(missing_ok=True)


def _bring_keys(chosen: Manifest, folder: Path) -> None:
    packed = io.BytesIO()
    vault.unseal(chosen.path(KEYS), packed, expected=chosen.files[KEYS])
    for name, content in msgspec.json.decode(packed.getvalue(), type=dict[str, str]).items():
        write_private(folder / name, base64.b64decode(content).decode())


def _bring_tombstones(target: str) -> None:
    place = storage.at(target, "--files-to")
    for name, _ in vault.names(TOMBSTONES):
        obstore.put(place, name, bytes(obstore.get(vault.store(), name).bytes()))

"""One backup: the database, what opens its secrets, every new file, and then what is too old goes."""

import base64
import io
from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
import msgspec

from app import embedded, retention, settings, vault
from app.backups import database, log, manifest, media
from app.backups.manifest import Manifest
from app.domain import leaving, safekeeping
from app.errors import DomainError
from app.vault import Written

KEYS = "keys.age"
# Beside the database: without the first, second factors in it do not open; without the others, old files are not ours.
KEPT_KEYS = ("secret", "signing.pem", "signed-before.pem")
Tell = Callable[[str], None]


async def make(tell: Tell) -> Manifest:
    """Told about in the terminal, noted for /trust and /metrics whichever way it ends."""
    began = datetime.now(UTC)
    try:
        made = await _make(began, tell)
    except (DomainError, asyncpg.PostgresError, *vault.UNREACHABLE) as error:
        await safekeeping.note("backup", began, ok=False, told=why(error))
        raise DomainError("No backup was made: {why}", why=why(error)) from error
    await safekeeping.note("backup", began, ok=True, told=made.name)
    return made


async def _make(began: datetime, tell: Tell) -> Manifest:
    chosen = settings.get()
    url, ours = chosen.database_url, embedded.is_ours(chosen.data_dir, chosen.database_url)
    system = await database.system_of(url)
    _see_that_it_is_our_place(system)
    tell("The database ...")
    made = Manifest(
        name=manifest.name_at(began), made_at=began,
        kind="files" if ours else "dump", system=system, first_log=await database.log_at(url) if ours else "",
        rows=await database.rows(url), files={},
    )  # fmt: skip
    file, copy = (database.FILES, database.copy_files) if ours else (database.DUMP, database.write_out)
    made.files[file] = copy(made.path(file), url)
    made.files[KEYS] = _copy_keys(made)
    tell(f"The database: {_megabytes(made.files[file])} MB.")
    await forget_the_erased()
    copied, seen = media.copy(await safekeeping.owners(), lambda number: tell(f"Files: {number} ...\r"))
    manifest.write(made)
    tell(f"Files: {copied} were new, {len(seen)} there are.")
    gone = media.let_go(seen, retention.limits().backups.daily)
    dropped = expire(began)
    tell(f"Let go: {dropped} backups and {gone} files whose time is over.")
    return made


def expire(now: datetime) -> int:
    """Backups that are kept no longer, those that were broken off, and the log that no daily one needs any more."""
    limits, names = retention.limits().backups, manifest.finished()
    kept = manifest.kept(names, now, limits.daily, limits.weekly)
    old = [path for path, _ in vault.names(manifest.FOLDER) if path.split("/")[1] not in kept]
    vault.delete(old)
    daily = manifest.kept(names, now, limits.daily, 0)
    first = min((each.first_log for each in map(manifest.read, daily) if each.first_log), default="")
    over = [path for path, _ in vault.names(log.FOLDER) if not log.needed(path.split("/")[1], first)] if first else []
    vault.delete(over)
    return len({path.split("/")[1] for path in old})


async def forget_the_erased() -> None:
    """Where the place of backups was away when somebody left, their key goes now."""
    told = {path.split("/")[1] for path, _ in vault.names(vault.TOMBSTONES)}
    for account_id in await leaving.gone():
        if str(account_id) not in told:
            await vault.forget(account_id)


def _see_that_it_is_our_place(system: str) -> None:
    if (names := manifest.finished()) and manifest.read(names[-1]).system != system:
        raise DomainError(
            "Another studio keeps its backups at BACKUP_URL: give this one a folder or a prefix of its own."
        )


def _copy_keys(made: Manifest) -> Written:
    folder = settings.get().data_dir / "run"
    found = {
        name: base64.b64encode((folder / name).read_bytes()).decode() for name in KEPT_KEYS if (folder / name).exists()
    }
    return vault.seal(made.path(KEYS), io.BytesIO(msgspec.json.encode(found)))


def _megabytes(written: Written) -> str:
    return f"{written.bytes / 1e6:.1f}"


def why(error: BaseException) -> str:
    return str(error) or type(error).__name__

"""The commands about what an operator must be able to show: backups that restore, and what all of this is made of."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli import cli, run
from app.errors import DomainError


def _tell(sentence: str) -> None:
    """What ends with a carriage return is replaced by what follows, and only where somebody looks on."""
    passing = sentence.endswith("\r")
    if not passing or sys.stdout.isatty():
        click.echo(sentence, nl=not passing)


@cli.command("backup")
def backup() -> None:
    """Copy the database and every new file to BACKUP_URL, encrypted. Housekeeping does it each night."""
    from app.backups import making

    made = run(lambda: making.make(_tell))
    click.echo(f"Made {made.name}.")


@cli.command("restore")
@click.argument("place", type=click.Path(file_okay=False, path_type=Path))
@click.option("--at", "until", type=click.DateTime(), help="A moment in UTC; without it, the newest there is.")
@click.option("--log", "survived", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A WAL_DIR that survived: it may know a few seconds more.")  # fmt: skip
@click.option("--files-to", default="", help="Where files go, as STORAGE_URL has it; by default PLACE/media.")
def restore(place: Path, until: datetime | None, survived: Path | None, files_to: str) -> None:
    """Bring the newest backup back into PLACE, a folder for DATA_DIR. Nothing that runs is touched."""
    from app.backups import restoring

    moment = until.replace(tzinfo=UTC) if until else None
    try:
        done = restoring.restore(place, _tell, until=moment, survived=survived, files_to=files_to)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    if done.files.shut:
        click.echo(f"{done.files.shut} files stay shut: their people left, and their keys were destroyed.")
    click.echo(
        f"Restored {done.manifest.name} with {done.log_files} files of the log and {done.files.files} of people."
    )
    click.echo(f"{done.erased} who had left were erased again. It took {done.seconds:.0f} s.")
    for name in done.files.damaged:
        click.echo(f"WRONG {name} is damaged and was left out.")
    click.echo(f"Start it with DATA_DIR={place}, look at it, and make a backup: python -m app backup.")
    sys.exit(1 if done.files.damaged else 0)


@cli.command("drill")
def drill() -> None:
    """Restore the newest backup to a place of its own, look at it, and throw it away."""
    from app.backups import drill as drills

    found = run(lambda: drills.hold(_tell))
    click.echo(f"The newest backup can be restored: {found.rows} rows, {found.files} files looked at, "
               f"{found.behind:.0f} s behind the studio, in {found.seconds:.0f} s.")  # fmt: skip


@cli.command("sbom")
def sbom() -> None:
    """What is installed and what pages bring along, as a CycloneDX bill of materials."""
    from app import materials

    click.echo(json.dumps(materials.bill(), indent=2))

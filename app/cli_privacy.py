"""The commands about what is promised: people's own data, the policy, the log, and what the inventory says."""

import csv
import sys
from datetime import datetime
from pathlib import Path

import click

from app.cli import account_of, cli, run
from app.models import Account


@cli.command("export")
@click.argument("email")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="By default HANDLE.zip.")
def export(email: str, out: Path | None) -> None:
    """Pack everything of a person into one ZIP."""
    from app.domain import archive

    async def pack() -> Path:
        account = await account_of(email)
        target = out or Path(f"{account.handle}.zip")
        with target.open("wb") as file:
            async for piece in archive.pack(account.id, account.language):
                file.write(piece)
        return target

    click.echo(run(pack))


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def arrive(file: Path) -> None:
    """Read such a ZIP into this studio. The person signs in by asking for a new password."""
    from app.domain import arriving

    arrival = run(lambda: arriving.arrive(file))
    click.echo(f"Read {arrival.rows} rows and {arrival.files} files of account {arrival.account_id}.")


@cli.command("erase")
@click.argument("email", required=False)
@click.option("--yes", is_flag=True, help="Do not ask; there is no way back.")
@click.option("--replay", is_flag=True, help="After a backup came back: erase again whoever had left.")
def erase(email: str | None, yes: bool, replay: bool) -> None:
    """Erase a person: what goes and what must stay is said first."""
    from app.domain import leaving

    if replay:
        click.echo(f"Erased {run(leaving.replay)} people again.")
        return
    if not email:
        raise click.UsageError("Whom? Give the address of an account.")

    async def plan() -> tuple[Account, list[leaving.Share]]:
        account = await account_of(email)
        return account, await leaving.plan(account.id)

    account, shares = run(plan)
    for share in shares:
        until = f"stays until {share.stays_until:%Y-%m-%d}: {share.why['en']}" if share.stays_until else "goes"
        click.echo(f"{share.rows:>8} {share.title}: {until}")
    if not yes:
        click.confirm("Erase? There is no way back.", abort=True)

    async def leave() -> None:
        await leaving.begin(account.id)
        await leaving.finish(account.id)

    run(leave)
    click.echo(f"Erased {account.id}.")


@cli.command("sweep")
@click.option("--allow", metavar="WHAT", help="Let the sweep of this run the next night, once, however much it finds.")
def sweep(allow: str | None) -> None:
    """What the nights swept, and what was stopped because it would have touched too much."""
    from app.domain import sweeping

    if allow is not None:
        if not run(lambda: sweeping.allow(allow)):
            raise click.ClickException("Nothing of that name was stopped.")
        click.echo(f"The next night may sweep {allow}.")
        return
    for each in run(sweeping.newest):
        click.echo(f"{each.at:%Y-%m-%d %H:%M} {each.what}: {each.found} of {each.of}{' STOPPED' * each.stopped}")


@cli.group()
def policy() -> None:
    """The privacy policy: publish a new version."""


@policy.command("publish")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--from", "effective_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When it begins to count."
)
@click.option("--summary-en", required=True, help="What is different, in plain words.")
@click.option("--summary-ar", required=True)
@click.option("--material/--small", default=True, show_default=True, help="A material change is told to every account.")
def publish_policy(folder: Path, effective_on: datetime, summary_en: str, summary_ar: str, material: bool) -> None:
    """Publish FOLDER's en.html and ar.html. What was published stays as it is."""
    from app.domain import policies

    bodies = {each: (folder / f"{each}.html").read_text(encoding="utf-8") for each in policies.LANGUAGES}
    summaries = {"en": summary_en, "ar": summary_ar}
    run(lambda: policies.publish(effective_on.date(), bodies, summaries, material=material))
    click.echo(f"Published; it counts from {effective_on:%d %B %Y}.")


@cli.group()
def audit() -> None:
    """The log of who did what."""


@audit.command("verify")
def verify_audit() -> None:
    """Count the chain through; end with 1 when anything was changed or taken out."""
    from app.domain import audit as chain

    async def broken() -> list[chain.Broken]:
        return [each async for each in chain.verify()]

    found = run(broken)
    for number, sentence in found:
        click.echo(f"WRONG event {number}: {sentence}.")
    click.echo(f"{len(found)} links do not fit." if found else "Every link fits.")
    sys.exit(1 if found else 0)


@cli.group()
def trust() -> None:
    """What the studio can show of its promises."""


@trust.command("inventory")
def inventory() -> None:
    """Every column: what for, on what ground, how long, whether it is exported, what erasure does with it."""
    from app.models import TABLES
    from app.models import inventory as columns

    write = csv.writer(sys.stdout)
    write.writerow(["table", "column", "purpose", "basis", "kept", "export", "erasure"])
    for table in TABLES:
        for column, kind in columns.columns(table):
            write.writerow([table._meta.tablename, column._meta.name, kind.purpose, kind.basis, kind.kept,
                            kind.export, kind.erasure])  # fmt: skip


@trust.command("ropa")
def ropa() -> None:
    """The record of processing activities, as CSV."""
    from app import outbound
    from app.domain import processing

    recipients = "; ".join(each.name for each in outbound.in_use())
    write = csv.writer(sys.stdout)
    write.writerow(["data", "columns", "purposes", "bases", "kept", "recipients"])
    for each in processing.record():
        write.writerow([each.title, " ".join(each.columns), "; ".join(each.purposes), "; ".join(each.bases),
                        " ".join(each.kept["en"]), recipients])  # fmt: skip


@trust.command("verify")
def verify() -> None:
    """A line for each promise of the policy: what showed it and when. Fails if one is not shown."""
    from app import promises

    known = promises.everything()
    for each in known:
        found = each.evidence
        when = f", {found.at:%Y-%m-%d %H:%M} UTC" if found.at else ""
        told = f"failed: {', '.join(found.failed)}" if found.failed else f"{len(found.tests)} tests passed"
        click.echo(f"{'shown    ' if found.shown else 'NOT SHOWN'} {each.id} {each.words['en']} ({told}{when})")
    missing = sum(not each.evidence.shown for each in known)
    click.echo(f"{len(known) - missing} of {len(known)} promises are shown.")
    sys.exit(1 if missing else 0)

"""The same verbs through another door: `python -m app COMMAND`."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import click

from app import settings
from app.errors import DomainError
from app.models import Account
from app.server import quiet_logs


def run(verb: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """With a database at hand; what goes wrong is a sentence and not a traceback."""
    from app import cache, db

    async def with_database() -> Any:
        async with db.pool(2):
            try:
                return await verb()
            finally:
                await cache.close()

    try:
        return asyncio.run(with_database())
    except DomainError as error:
        raise click.ClickException(str(error)) from None


@click.group()
def cli() -> None:
    """qwenimage.art: a studio for pictures that form live."""
    quiet_logs(settings.get().log_level)


@cli.command()
def studio() -> None:
    """Everything on one machine: servers, web, worker, housekeeping. Ctrl-C stops it all."""
    from app import supervisor

    asyncio.run(supervisor.run())


@cli.command()
def web() -> None:
    """The web process."""
    from app import server

    server.run()


@cli.command()
def worker() -> None:
    """A worker: loads the model and makes what is asked for."""
    from app.workers import main

    asyncio.run(main.run())


@cli.command()
def housekeeping() -> None:
    """The duties that nobody waits for."""
    from app.workers import housekeeping as duties

    asyncio.run(duties.run())


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    from app import db
    from app.domain import policies

    asyncio.run(db.migrate())
    run(policies.publish_first)


@cli.command()
def doctor() -> None:
    """Say what is here, what is missing, and what was chosen and why."""
    from app import doctor as doctors

    findings = doctors.report()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'WRONG'} {finding.subject}: {finding.sentence}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


@cli.group()
def user() -> None:
    """People: create one, change a role, grant credits."""


@user.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_user(email: str, name: str, password: str) -> None:
    """Make an account."""
    from app.domain import accounts

    account = run(lambda: accounts.sign_up(name, email, password, "public"))
    click.echo(f"Created {account.handle} ({account.id}).")


@user.command("role")
@click.argument("email")
@click.argument("role")
def change_role(email: str, role: str) -> None:
    """Make somebody a creator, moderator, support or admin."""
    from app.domain import accounts

    async def change() -> None:
        await accounts.set_role((await account_of(email)).id, role)

    run(change)
    click.echo(f"Done: {role}.")


@cli.command()
@click.argument("prompt")
@click.option("--as", "email", default="", help="Whose it is; without it, an account of this terminal's own.")
@click.option("--private/--public", default=True, show_default=True)
@click.option("--seed", type=int)
@click.option("--steps", type=int)
@click.option("--out", type=click.Path(dir_okay=False), help="Where to put the picture; by default picture-SEED.png.")
@click.option("--url", default="", help="The studio's address; without it, the one of the settings.")
def generate(prompt: str, email: str, private: bool, seed: int | None, steps: int | None, out: str, url: str) -> None:
    """Make a picture from the terminal and watch its steps over the websocket."""
    from app import terminal

    asked = {"prompt": prompt, "seed": seed, "num_inference_steps": steps}
    asked["visibility"] = "private" if private else "public"
    token = os.environ.get("QWENIMAGE_TOKEN") or run(lambda: terminal.token_for(email))
    try:
        saved = asyncio.run(terminal.generate(url or settings.get().base_url, token, asked, out))
    except terminal.Unsuccessful as error:
        raise click.ClickException(str(error)) from None
    click.echo(saved)


@cli.command("receive")
def receive() -> None:
    """Read one mail from the standard input, as a mail server pipes it: it opens a case or goes on with one."""
    from app import incoming_mail
    from app.db import UNREACHABLE
    from app.domain import mail_in

    raw = sys.stdin.buffer.read(incoming_mail.MOST_BYTES)
    while sys.stdin.buffer.read(2**20):
        pass  # to its end, for whoever writes into a closed pipe takes the mail for lost
    try:
        number = run(lambda: mail_in.receive(raw))
    except incoming_mail.Dropped as reason:
        click.echo(f"Dropped: {reason}.")
    except UNREACHABLE:
        click.echo("The database does not answer; try again later.", err=True)
        sys.exit(os.EX_TEMPFAIL)
    else:
        click.echo(f"Case {number}.")


async def account_of(email: str) -> Account:
    from app.domain import accounts

    account = await accounts.by_email(email)
    if account is None:
        raise click.ClickException("There is no such account.")
    return account

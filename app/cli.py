"""The same verbs through another door: `python -m app COMMAND`."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from app import settings
from app.errors import DomainError
from app.models import Account
from app.server import quiet_logs


def _run(verb: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
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
        raise click.ClickException(error.sentence.format(**error.values)) from None


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
    _run(policies.publish_first)


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

    account = _run(lambda: accounts.sign_up(name, email, password, "public"))
    click.echo(f"Created {account.handle} ({account.id}).")


@user.command("role")
@click.argument("email")
@click.argument("role")
def change_role(email: str, role: str) -> None:
    """Make somebody a creator, moderator, support or admin."""
    from app.domain import accounts

    async def change() -> None:
        await accounts.set_role((await _known(email)).id, role)

    _run(change)
    click.echo(f"Done: {role}.")


@user.command("grant")
@click.argument("email")
@click.argument("amount", type=click.IntRange(1, 1_000_000))
@click.option("--because", required=True, help="Kept in the ledger.")
def grant(email: str, amount: int, because: str) -> None:
    """Give somebody credits, on the record."""
    from app.domain import credits

    async def give() -> int:
        account = await _known(email)
        await credits.bring_in(account.id, amount, "grant", f"grant:{uuid4()}:{because}")
        return await credits.balance(account.id)

    click.echo(f"Granted {amount}. Balance: {_run(give)}.")


@cli.group("credits")
def credits_group() -> None:
    """The books."""


@credits_group.command("reconcile")
def reconcile() -> None:
    """Hear again whatever Stripe has to tell of the last days; housekeeping does it every few minutes."""
    from app.domain import settling

    async def hear() -> int:
        from app import stripe_api

        try:
            async with stripe_api.sentences():
                return await settling.reconcile()
        finally:
            await stripe_api.close()

    if not settings.get().stripe_secret_key:
        raise click.ClickException("STRIPE_SECRET_KEY is not set.")
    click.echo(f"Heard {_run(hear)} events again.")


async def _books_and_stripe() -> list[str]:
    from app import stripe_api
    from app.domain import books, settling

    wrong = await books.check()
    if stripe_api.configured():
        async with stripe_api.sentences():
            wrong += await settling.compare()
        await stripe_api.close()
    return wrong


@credits_group.command("check")
def check_credits() -> None:
    """Prove that the books add up; say every difference, and end with 1 if there is one."""
    from app.domain import books

    wrong = _run(_books_and_stripe)
    for sentence in wrong:
        click.echo(sentence)
    totals = ", ".join(f"{book} {total}" for book, total in _run(books.totals).items())
    click.echo(f"Books: {totals or 'empty'}. " + ("They do not add up." if wrong else "They add up."))
    sys.exit(1 if wrong else 0)


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
    _run(lambda: policies.publish(effective_on.date(), bodies, summaries, material=material))
    click.echo(f"Published; it counts from {effective_on:%d %B %Y}.")


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
    token = os.environ.get("QWENIMAGE_TOKEN") or _run(lambda: terminal.token_for(email))
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
        number = _run(lambda: mail_in.receive(raw))
    except incoming_mail.Dropped as reason:
        click.echo(f"Dropped: {reason}.")
    except UNREACHABLE:
        click.echo("The database does not answer; try again later.", err=True)
        sys.exit(os.EX_TEMPFAIL)
    else:
        click.echo(f"Case {number}.")


@cli.group()
def audit() -> None:
    """The log of who did what."""


@audit.command("verify")
def verify_audit() -> None:
    """Count the chain through; end with 1 when anything was changed or taken out."""
    from app.domain import audit as chain

    async def broken() -> list[chain.Broken]:
        return [each async for each in chain.verify()]

    found = _run(broken)
    for number, sentence in found:
        click.echo(f"WRONG event {number}: {sentence}.")
    click.echo(f"{len(found)} links do not fit." if found else "Every link fits.")
    sys.exit(1 if found else 0)


async def _known(email: str) -> Account:
    from app.domain import accounts

    account = await accounts.by_email(email)
    if account is None:
        raise click.ClickException("There is no such account.")
    return account

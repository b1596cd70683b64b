"""The commands about who proves who people are: the studio itself, or Clerk."""

import click

from app import settings
from app.cli import cli, run


@cli.group()
def identity() -> None:
    """Who proves who people are: the studio itself, or Clerk."""


@identity.command("move")
@click.argument("to", type=click.Choice(["clerk", "local"]))
def move(to: str) -> None:
    """Take everybody over, with all they have made."""
    from app.domain import moving

    if (to == "clerk") != settings.get().by_clerk:
        raise click.ClickException(f"{'Set' if to == 'clerk' else 'Take away'} the three keys of Clerk first.")
    if to == "local":
        click.echo(f"Told {run(moving.to_local)} people how to choose a password.")
        return
    linked, strangers = run(moving.to_clerk)
    click.echo(f"Linked {linked} people. {strangers} are linked when they first sign in with their address.")


@identity.command("compare")
def compare() -> None:
    """Hear from Clerk what no message told; housekeeping does it every night."""
    from app.domain import clerk_news

    if not settings.get().by_clerk:
        raise click.ClickException("Clerk's keys are not set.")
    changed, gone = run(clerk_news.reconcile)
    click.echo(f"{changed} people had changed, {gone} are gone.")

"""The commands about credits: give some, hear Stripe again, prove that the books add up."""

import sys
from uuid import uuid4

import click

from app import settings
from app.cli import account_of, cli, run, user


@user.command("grant")
@click.argument("email")
@click.argument("amount", type=click.IntRange(1, 1_000_000))
@click.option("--because", required=True, help="Kept in the ledger.")
def grant(email: str, amount: int, because: str) -> None:
    """Give somebody credits, on the record."""
    from app.domain import credits

    async def give() -> int:
        account = await account_of(email)
        await credits.bring_in(account.id, amount, "grant", f"grant:{uuid4()}:{because}")
        return await credits.balance(account.id)

    click.echo(f"Granted {amount}. Balance: {run(give)}.")


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
    click.echo(f"Heard {run(hear)} events again.")


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

    wrong = run(_books_and_stripe)
    for sentence in wrong:
        click.echo(sentence)
    totals = ", ".join(f"{book} {total}" for book, total in run(books.totals).items())
    click.echo(f"Books: {totals or 'empty'}. " + ("They do not add up." if wrong else "They add up."))
    sys.exit(1 if wrong else 0)

from app import cli_backups, cli_identity, cli_money, cli_privacy  # noqa: F401 - they add their commands
from app.cli import cli

cli(prog_name="python -m app")

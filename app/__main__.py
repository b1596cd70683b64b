import app.cli_privacy  # noqa: F401 - adds its commands
from app.cli import cli

cli(prog_name="python -m app")

"""Texts that come with the software and become a studio's own by being published."""

from datetime import date
from pathlib import Path

POLICIES = Path(__file__).parent.parent / "policies"


def policy(effective_on: date, language: str) -> str:
    return (POLICIES / effective_on.isoformat() / f"{language}.html").read_text(encoding="utf-8")

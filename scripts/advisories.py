"""Compare every pin with what is known against it: `.venv/bin/python scripts/advisories.py`.

Asks the database of OSV about constraints.txt. Ends with 1 when something has waited longer than its clock allows:
7 days for what is critical, 30 for high, 90 for the rest. When all is well, write the day into reviews.toml.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

PINS = Path(__file__).parent.parent / "constraints.txt"
SOURCE = "https://api.osv.dev"
CLOCKS = {"CRITICAL": timedelta(days=7), "HIGH": timedelta(days=30)}
OTHERWISE = timedelta(days=90)


def pins(path: Path) -> list[tuple[str, str]]:
    lines = [line.split("==") for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]
    return [(name.strip(), version.partition(";")[0].strip()) for name, version in lines]


def known(client: httpx.Client, wanted: list[tuple[str, str]]) -> list[tuple[str, dict[str, Any]]]:
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in wanted]
    answers = client.post("/v1/querybatch", json={"queries": queries}).raise_for_status().json()["results"]
    found = []
    for (name, version), answer in zip(wanted, answers, strict=True):
        for each in answer.get("vulns", []):
            found.append((f"{name} {version}", client.get(f"/v1/vulns/{each['id']}").raise_for_status().json()))
    return found


def due(advisory: dict[str, Any]) -> datetime:
    """When it has to be gone from here."""
    severity = str(advisory.get("database_specific", {}).get("severity", "")).upper()
    return datetime.fromisoformat(advisory["published"]) + CLOCKS.get(severity, OTHERWISE)


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--source", default=SOURCE)
    arguments.add_argument("--pins", type=Path, default=PINS)
    chosen = arguments.parse_args()
    wanted = pins(chosen.pins)
    with httpx.Client(base_url=chosen.source, timeout=30) as client:
        found = known(client, wanted)
    late = 0
    for what, advisory in found:
        over = due(advisory) < datetime.now(UTC)
        late += over
        told = f"{what}: {advisory['id']} {advisory.get('summary', '')}"
        print(f"{'LATE' if over else 'due '} {due(advisory):%Y-%m-%d} {told}")
    print(f"{len(wanted)} pins, {len(found)} advisories, {late} of them later than their clock allows.")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())

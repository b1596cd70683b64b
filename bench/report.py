"""Rows of figures, told as a table and kept as JSON."""

import os
import platform
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

RESULTS = Path(__file__).parent / "results"


class Row(msgspec.Struct, kw_only=True):
    """One workload: our figure, the other's in the same run, and what was hoped for."""

    workload: str
    ours: float | None
    unit: str = ""
    peer: float | None = None
    peer_name: str = ""
    goal: str = ""
    met: bool | None = None
    "None where no goal was set."
    runs: list[float] = []
    "Ours of every repetition, so that the spread can be judged."

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.ours is not None and self.peer else None


def median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


def row(
    workload: str, ours: list[float], *, unit: str = "", peer: list[float] | None = None, peer_name: str = "",
    most: float | None = None, most_ratio: float | None = None, least: float | None = None,
) -> Row:  # fmt: skip
    """Medians over the repetitions; a goal is a figure of ours or a ratio to the peer's."""
    value, other = median(ours), median(peer) if peer else None
    goal, met = "", None
    if most is not None:
        goal, met = f"≤ {most:g} {unit}".strip(), value <= most
    elif least is not None:
        goal, met = f"≥ {least:g} {unit}".strip(), value >= least
    elif most_ratio is not None and other:
        goal, met = f"≤ {most_ratio:g} ×", value / other <= most_ratio
    return Row(
        workload=workload, ours=value, unit=unit, peer=other, peer_name=peer_name, goal=goal, met=met, runs=ours
    )  # fmt: skip


def note(sentence: str) -> Row:
    """Something that was left out, and why."""
    return Row(workload=sentence, ours=None)


def table(title: str, rows: list[Row]) -> str:
    head = ["workload", "ours", "the other", "ratio", "goal", ""]
    lines = [head, *(_cells(row) for row in rows if row.ours is not None)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    shown.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(["", title, "", *shown, *(row.workload for row in rows if row.ours is None), ""])


def _cells(row: Row) -> list[str]:
    other = f"{_figure(row.peer)} {row.peer_name}".strip() if row.peer is not None else ""
    met = {None: "", True: "met", False: "NOT MET"}[row.met]
    ratio = f"{row.ratio:.3g}" if row.ratio is not None else ""
    return [row.workload, f"{_figure(row.ours)} {row.unit}".strip(), other, ratio, row.goal, met]


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def keep(name: str, title: str, rows: list[Row]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    found = {"topic": name, "title": title, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **machine()}
    found["rows"] = [msgspec.to_builtins(row) | {"ratio": row.ratio} for row in rows]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return path


def machine() -> dict[str, object]:
    return {
        "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": os.getloadavg()[0],
    }  # fmt: skip

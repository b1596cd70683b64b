"""Which trials there are, how often they run, and what is hoped of them."""

import os
from collections.abc import Callable

from bench.live import servers, trials
from bench.live.servers import CHANNELS, DEFLATING, FLOOR, OURS, SOCKETIO
from bench.live.trials import Figures
from bench.report import Row, note, row
from bench.services import servers as services

TITLE = "Live frames: one job, 10 previews a second of 8.4 KB, all watchers on one web process"
QUICK = bool(os.environ.get("BENCH_QUICK"))
REPETITIONS = 1 if QUICK else 3
SIZES = (1, 100, 1000)
Say = Callable[[str], None]


def run(say: Say) -> list[Row]:
    names = [name for name in (FLOOR, OURS, CHANNELS, SOCKETIO, DEFLATING) if servers.available(name)]
    found: dict[str, list[Figures]] = {name: [] for name in names}
    with services(), trials.Stage() as stage:
        for repetition in range(REPETITIONS):
            for name in names:  # alternating, so that whatever else the machine does meets everybody
                say(f"{repetition + 1} of {REPETITIONS}: {name}")
                with servers.running(name) as server:
                    sizes = SIZES if name in (FLOOR, OURS) else SIZES[-1:]
                    found[name].append(trials.run(stage, server, sizes, say))
    return rows(found)


def rows(found: dict[str, list[Figures]]) -> list[Row]:
    def of(name: str, figure: str) -> list[float]:
        return [figures[figure] for figures in found.get(name, []) if figure in figures]

    def versus(workload: str, figure: str, peer: str, unit: str, **goal: float) -> list[Row]:
        ours, theirs = of(OURS, figure), of(peer, figure)
        return [row(workload, ours, unit=unit, peer=theirs, peer_name=peer, **goal)] if ours and theirs else []

    told: list[Row] = []
    for n in SIZES:
        goals = {"most": 16.0} if n == 1000 else {}
        watchers = f"{n:,} watchers" if n > 1 else "1 watcher"
        told += versus(f"{watchers}: CPU for 1,000 frames", f"{n} cpu", FLOOR, "ms", **goals)
        told += versus(f"{watchers}: p50", f"{n} p50", FLOOR, "ms")
        told += versus(f"{watchers}: p99", f"{n} p99", FLOOR, "ms", **({"most_ratio": 1.5} if n > 1 else {}))
    told.append(row("1,000 watchers: p99, at all", of(OURS, "1000 p99"), unit="ms", most=50))
    for peer in (CHANNELS, SOCKETIO):
        told += versus("1,000 watchers: CPU for 1,000 frames", "1000 cpu", peer, "ms", most_ratio=0.34)
        told += versus("1,000 watchers: p99", "1000 p99", peer, "ms")
        told += versus("1,000 watchers: delivered", "1000 delivered", peer, "%")
        told += versus("300 jobs, one watcher each: CPU for 1,000 frames", "jobs cpu", peer, "ms", most_ratio=0.4)
    told += versus("300 jobs, one watcher each: p50", "jobs p50", CHANNELS, "ms", most=0.5)
    told += versus("deflate offered, 1,000 watchers: CPU for 1,000 frames", "deflate cpu", OURS, "ms", most=16)
    told += versus("deflate offered, 1,000 watchers: CPU for 1,000 frames", "deflate cpu", DEFLATING, "ms")
    told += versus("deflate offered, 1,000 watchers: delivered", "deflate delivered", DEFLATING, "%", least=100)
    told += versus("memory for each of 1,000 idle watchers", "kilobytes", CHANNELS, "KB", most=30)
    told += versus("memory for each of 1,000 idle watchers", "kilobytes", SOCKETIO, "KB")
    told += [
        row("20 of 200 stop reading: the others' p99", of(OURS, "stalled p99"), unit="ms",
            peer=of(OURS, "unstalled p99"), peer_name="unstalled", most_ratio=1.2),
        row("20 of 200 stop reading: the others are sent", of(OURS, "stalled delivered"), unit="%", least=100),
        row("20 of 200 stop reading: memory for each", of(OURS, "stalled kilobytes"), unit="KB", most=200),
        row("1,000 come at once: all hold the newest frame", of(OURS, "storm"), unit="s", most=2),
    ]  # fmt: skip
    if SOCKETIO not in found:
        told.append(note("python-socketio is left out: `pip install python-socketio` puts it beside."))
    if servers.compiled() is None:
        told.append(note("There is no C compiler here: the floor is bare uvloop."))
    return told

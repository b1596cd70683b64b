"""python -m bench [NAME ...]: without a name every topic, one after the other."""

import argparse
import importlib
import pkgutil
import sys
import time
from types import ModuleType

import bench
from bench import report


def main() -> None:
    topics = found()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the studio beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(topics)}")
    names = parser.parse_args().names or list(topics)
    if unknown := [name for name in names if name not in topics]:
        raise SystemExit(f"There is no bench called {unknown[0]}. There are: {', '.join(topics)}.")
    missed = 0
    for name in names:
        topic = topics[name]
        print(f"\n{topic.TITLE}", flush=True)
        rows = topic.run(say)
        sys.stderr.write("\r\x1b[K")
        path = report.keep(name, topic.TITLE, rows)
        print(report.table(topic.TITLE, rows))
        print(f"Kept in {path.relative_to(path.parent.parent.parent)}.", flush=True)
        missed += sum(row.met is False for row in rows)
    if missed:
        print(f"\nGoals not met: {missed}.")


def found() -> dict[str, ModuleType]:
    modules = (
        importlib.import_module(f"bench.{item.name}")
        for item in pkgutil.iter_modules(bench.__path__)
        if not item.name.startswith("_")
    )
    return {module.__name__.partition(".")[2]: module for module in modules if hasattr(module, "TITLE")}


BEGAN = time.monotonic()


def say(what: str) -> None:
    """Progress, on one line of the terminal; a line each where nobody watches."""
    text = f"[{time.monotonic() - BEGAN:5.0f} s] {what}"
    sys.stderr.write(f"\r\x1b[K{text}" if sys.stderr.isatty() else f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

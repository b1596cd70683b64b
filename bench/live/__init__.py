"""From the worker's publishing to the watcher's last byte: time, processor and memory, beside peers and the floor."""

from bench.live.topic import TITLE, run

__all__ = ["TITLE", "run"]

"""What a worker runs: one loaded model, `setup` once and `run` many times. It knows nothing of the product."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

Peek = Callable[[], Callable[[], list[Any]]]
"""Called on the sampling thread it only starts copying; what it returns is called elsewhere and gives PIL pictures."""

Listen = Callable[[], Callable[[], bytes]]
"""The same for the ear: gives a short piece of the unfinished song, encoded for a browser."""


class Progress(NamedTuple):
    """One step that was taken, 1-based, and ways to look at what there is by now."""

    step: int
    total_steps: int
    peek: Peek
    listen: Listen | None = None


OnStep = Callable[[Progress], None]
"""After every step. Raising Canceled ends the run within that step."""


class Canceled(Exception):
    """Raised by whoever watches the steps: stop, and decode nothing."""


class CannotLoad(Exception):
    """A sentence for the operator: which file, and what to do."""


class Picture(NamedTuple):
    image: Any
    "A PIL picture, RGB."
    seed: int


class Song(NamedTuple):
    samples: Any
    "float32, (channels, samples), at most 1."
    rate: int
    seed: int
    energy: Any
    "How loud it is along the way, from 0 to 1: what its cover is drawn from."


class Engine(Protocol):
    name: str

    def setup(self) -> None: ...

    def unload(self) -> None: ...

    def run(self, params: dict[str, Any], on_step: OnStep) -> Sequence[Picture | Song]: ...

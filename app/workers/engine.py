"""What a worker runs: one loaded model, `setup` once and `run` many times. It knows nothing of the product."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

Peek = Callable[[], Callable[[], list[Any]]]
"""Called on the sampling thread it only starts copying; what it returns is called elsewhere and gives PIL pictures."""

OnStep = Callable[[int, int, Peek], None]
"""(step, total_steps, peek) after every step, 1-based. Raising Canceled ends the run within that step."""


class Canceled(Exception):
    """Raised by whoever watches the steps: stop, and decode nothing."""


class Picture(NamedTuple):
    image: Any
    "A PIL picture, RGB."
    seed: int


class Engine(Protocol):
    name: str

    def setup(self) -> None: ...

    def unload(self) -> None: ...

    def run(self, params: dict[str, Any], on_step: OnStep) -> list[Picture]: ...

"""What a diffusion run is heading for, from the one place where it is at hand: its scheduler."""

from typing import Any


class Estimate:
    """Keeps what the scheduler last saw, by reference: the picture it is heading for is one subtraction away.

    Flow matching moves along x_t = (1 - sigma) x0 + sigma noise with v = noise - x0, so x0 = x_t - sigma v.
    """

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler
        self._step = scheduler.step
        scheduler.step = self._watch
        self.fresh()

    def fresh(self) -> None:
        self.last: tuple[Any, Any, Any] | None = None

    def _watch(self, model_output: Any, timestep: Any, sample: Any, *rest: Any, **named: Any) -> Any:
        if self.scheduler.step_index is None:
            self.scheduler._init_step_index(timestep)
        sigma = self.scheduler.sigmas[self.scheduler.step_index]
        self.last = (sample, model_output, sigma)
        return self._step(model_output, timestep, sample, *rest, **named)

    def x0(self) -> Any:
        if self.last is None:
            raise RuntimeError("no step has been taken yet")
        sample, velocity, sigma = self.last
        return sample - sigma.to(sample.device) * velocity

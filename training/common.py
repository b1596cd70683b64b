"""Small things every training stage uses: folders, saving, time, the running average."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

SAVE_EVERY = 120.0  # seconds


def home() -> Path:
    """Where checkpoints and sample sheets live. Ignored by git."""
    folder = Path(os.environ.get("TRAIN_DIR", "var/training"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def multiplies_bf16() -> bool:
    """Where the processor does not, products of bf16 matrices take twenty times as long as those of fp32."""
    return device().type != "cpu" or torch.cpu._is_avx512_bf16_supported()


def autocast() -> contextlib.AbstractContextManager[Any]:
    """bf16 where the machine multiplies it natively, plain fp32 elsewhere."""
    return torch.autocast(device().type, torch.bfloat16) if multiplies_bf16() else contextlib.nullcontext()


def save(state: dict[str, Any], path: Path) -> None:
    """All or nothing: a run killed in the middle of saving keeps the checkpoint before."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def load(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location=device(), weights_only=True) if path.exists() else None


class Ema:
    """The running average of the weights: steadier than the weights themselves."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: p.detach().clone() for name, p in model.named_parameters()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, p in model.named_parameters():
            self.weights[name].lerp_(p, 1 - decay)

    @contextlib.contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Inside, the model carries the averaged weights."""
        kept = {name: p.detach().clone() for name, p in model.named_parameters()}
        model.load_state_dict(self.weights, strict=False)
        try:
            yield
        finally:
            model.load_state_dict(kept, strict=False)


def machine_seconds() -> float:
    """Seconds of work this process has had: on a CPU not wall time, which also runs while others compute.

    So a paused (SIGSTOP) or crowded-out run loses nothing of its schedule.
    """
    return time.monotonic() if torch.cuda.is_available() else time.process_time() / torch.get_num_threads()


class Clock:
    """Counts the training time a stage has had, says when to save and how fast to learn.

    SIGTERM ends the run after one more save.
    """

    def __init__(self, minutes: float, spent: float = 0.0, label: str = "") -> None:
        self.total, self.spent = minutes * 60, spent
        self.last, self.saved = machine_seconds(), time.monotonic()
        self.asked_to_stop = self.stopping = False
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        self.bar = tqdm(total=round(self.total), initial=round(spent), unit="s", desc=label, mininterval=5)

    def _ask_to_stop(self, *_: Any) -> None:
        self.asked_to_stop = True

    def tick(self, note: str) -> None:
        if self.stopping:
            raise SystemExit("stopped; the same command goes on from here")
        now = machine_seconds()
        self.spent += now - self.last
        self.last = now
        self.bar.set_postfix_str(note, refresh=False)
        self.bar.update(round(self.spent) - self.bar.n)

    @property
    def done(self) -> bool:
        return self.spent >= self.total

    def rate(self, flat: float = 0.4, low: float = 0.02) -> float:
        """Learning-rate factor: flat first, then straight down to `low`."""
        left = max(0.0, 1 - self.spent / self.total)
        return max(low, min(1.0, left / (1 - flat)))

    def time_to_save(self) -> bool:
        if time.monotonic() - self.saved < SAVE_EVERY and not self.done and not self.asked_to_stop:
            return False
        self.stopping = self.asked_to_stop
        self.saved = time.monotonic()
        return True

"""How large the image starter is, by what it is trained on: a picture's side, the transformer, the batches."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.common import device


@dataclass(frozen=True)
class Recipe:
    side: int  # pixels
    width: int
    layers: int
    batch: int
    first_shards: int  # pictures drawn before the first step, in shards
    steps_per_shard: int  # then one shard more after so many steps
    muon: float = 3e-3
    adam: float = 1e-3
    ema: float = 0.999
    style: str | None = None  # only this one; None: all that the grammar draws

    @property
    def shift(self) -> float:
        """What the scheduler does to the noise levels of a picture with so many tokens."""
        tokens = (self.side // 16) ** 2
        return math.exp(0.5 + 0.4 * (tokens - 256) / (8192 - 256))


# A GPU draws 256 pixels at once in five styles; a CPU learns half of that and one style in its time, and the studio
# enlarges it by two.
CPU = Recipe(side=128, width=256, layers=8, batch=32, first_shards=8, steps_per_shard=100, style="flat")
CUDA = Recipe(side=256, width=320, layers=10, batch=512, first_shards=32, steps_per_shard=8, muon=5e-3)


def recipe() -> Recipe:
    return CUDA if device().type == "cuda" else CPU

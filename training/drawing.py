"""Many pictures at once, drawn on all cores."""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.draw import draw
from training.recipe import recipe
from training.scenes import sample_spec

FEW = 2  # cores that the training itself keeps busy


@functools.cache
def _painters() -> ProcessPoolExecutor | None:
    """Processes that never touch the accelerator, where there are cores for them."""
    cores = os.cpu_count() or 1
    return ProcessPoolExecutor(cores - 1, multiprocessing.get_context("spawn")) if cores > FEW else None


def _one(seed: int, side: int, held: bool, style: str | None) -> NDArray[np.uint8]:
    return np.asarray(draw(sample_spec(seed, held, style=style), seed, side))


def pictures(seeds: Iterable[int], held: bool = False, style: str | None = None) -> Tensor:
    """(B, 4, side, side) in [-1, 1]: spec and layout of each seed. The autoencoder works on RGBA, and all is opaque."""
    draw_one = functools.partial(_one, side=recipe().side, held=held, style=style)
    painters = _painters()
    rows = painters.map(draw_one, seeds, chunksize=16) if painters else map(draw_one, seeds)
    rgb = torch.from_numpy(np.stack(list(rows))).permute(0, 3, 1, 2).float() / 127.5 - 1
    return torch.cat([rgb, torch.ones_like(rgb[:, :1])], dim=1)

"""Where a loaded pipeline's weights live and how they go, and how many cores it may have."""

import gc
import logging
import os
from typing import Any

import torch

from app.workers.hardware import Choice, offload_for

logger = logging.getLogger(__name__)


def place(pipe: Any, choice: Choice) -> None:
    if choice.device == "cpu":
        # One core is left to the pages and whoever looks at them: threads that wait for one another at every
        # operation stand still together when any of them has to share its core.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        torch.set_num_threads(max(1, cores - 1))
    offload = choice.offload
    if offload == "auto":
        offload = offload_for(_parts(pipe), torch.cuda.mem_get_info()[0])
        logger.info("OFFLOAD auto: %s", offload)
    if offload == "model":
        pipe.enable_model_cpu_offload(device=choice.device)
    elif offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=choice.device)
    else:
        pipe.to(choice.device)


def make_room() -> None:
    """What nobody names any more goes now, and not when the next model finds no room."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _parts(pipe: Any) -> list[int]:
    """Bytes of each part's weights."""
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    return [sum(tensor.numel() * tensor.element_size() for tensor in part.parameters()) for part in parts]

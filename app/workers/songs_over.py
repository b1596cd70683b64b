"""From a source sound to what an ACE-Step pipeline starts from, and what of the source is put back at the end."""

from typing import Any, NamedTuple

import numpy as np
import torch
from diffusers.utils.torch_utils import randn_tensor

from app.workers.over import Over

CROSSFADE = 0.05  # seconds
CEILING = 10 ** (-1 / 20)
"No new sample is louder than a pipeline's own loudest."
FAINTEST = 0.05
"Of the noise: a cover that is to be as near as possible still is one."
Array = np.ndarray[Any, Any]


class Start(NamedTuple):
    over: Over
    latents: Any
    timesteps: list[float]


def start(pipe: Any, params: dict[str, Any], samples: Array, generator: torch.Generator, shift: float) -> Start:
    """samples: float32 (channels, samples), as long as the song is to be."""
    source = encode(pipe, samples)
    noise = randn_tensor(source.shape, generator=generator, device=source.device, dtype=source.dtype)
    task, free = params["task_type"], None
    if task != "cover":
        at, end = (round(params[edge] * pipe.latents_per_second) for edge in ("repainting_start", "repainting_end"))
        free = torch.zeros_like(source)
        free[:, at : max(end, at + 1)] = 1
    begin = max(FAINTEST, 1 - params["audio_cover_strength"]) if task == "cover" else 1.0
    steps = np.linspace(begin, 0, params["num_inference_steps"] + 1)[:-1]
    timesteps = [float(each) for each in shift * steps / (1 + (shift - 1) * steps)]
    over = Over(source, noise, free)
    return Start(over, over.at(timesteps[0]), timesteps)


def encode(pipe: Any, samples: Array) -> Any:
    """-> latents (1, frames, channels)."""
    sound = torch.from_numpy(samples)[None].to(pipe._execution_device, pipe.vae.dtype)
    return pipe.vae.encode(sound).latent_dist.mode().transpose(1, 2).to(pipe.transformer.dtype)


def fitted(samples: Array, length: int) -> Array:
    """Cut, or silent at its end."""
    return np.pad(samples[:, :length], ((0, 0), (0, max(0, length - samples.shape[1]))))


def kept(made: Array, source: Array, rate: int, start: float, end: float) -> Array:
    """The source's own samples outside of the range, and within it the new ones, as loud as the old ones were.

    Pipelines bring a whole song to one loudness; where nothing changed, one can hear by how much.
    """
    edges = [min(source.shape[1], round(each * rate)) for each in (start, end)]
    ramp = np.zeros(source.shape[1], np.float32)
    ramp[edges[0] : edges[1]] = 1
    outside = ramp == 0
    was, became = (float(np.sqrt((each[:, outside] ** 2).mean())) if outside.any() else 0.0 for each in (source, made))
    made = made * (was / became if was > 1e-4 and became > 1e-4 else 1.0)
    made = made / max(1.0, float(np.abs(made).max(initial=0.0)) / CEILING)
    fade = min(round(CROSSFADE * rate), (edges[1] - edges[0]) // 2)
    up = np.linspace(0, 1, fade, endpoint=False, dtype=np.float32)
    if edges[0] > 0:
        ramp[edges[0] : edges[0] + fade] = up
    if edges[1] < source.shape[1]:
        ramp[edges[1] - fade : edges[1]] = up[::-1]
    return np.where(outside, source, ramp * made + (1 - ramp) * source).astype(np.float32)

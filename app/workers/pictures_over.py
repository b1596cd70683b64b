"""From a source picture to the latents and the schedule that a pipeline of the Qwen-Image family starts from."""

from typing import Any, NamedTuple

import numpy as np
import torch
from diffusers import QwenImage21Pipeline
from diffusers.pipelines.qwenimage.pipeline_qwenimage import calculate_shift
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image, ImageOps

from app.workers.over import Over


class Start(NamedTuple):
    over: Over
    latents: Any
    sigmas: list[float]


def start(pipe: Any, params: dict[str, Any], generator: list[torch.Generator]) -> Start:
    """At strength 1 the noise is that of a picture from words alone with the same seed."""
    width, height, steps = params["width"], params["height"], params["num_inference_steps"]
    pixels = 2 * pipe.vae_scale_factor
    rows, columns, channels = 2 * (height // pixels), 2 * (width // pixels), pipe.vae.config.z_dim
    shape = (len(generator), channels, rows, columns)
    source = encode(pipe, ImageOps.fit(params["image"][0], (width, height), Image.Resampling.LANCZOS))
    noise = randn_tensor(
        (len(generator), 1, *shape[1:]), generator=generator, device=source.device, dtype=pipe.transformer.dtype
    )
    free = None
    if mask := params.get("mask_image"):
        small = ImageOps.fit(mask, (width, height)).resize((columns, rows), Image.Resampling.BOX)
        # A latent that the mask only touches is made anew as well; the picture's own pixels are put back later.
        touched = torch.from_numpy((np.asarray(small) > 0).astype(np.float32)).to(source)
        free = pipe._pack_latents(touched.expand(shape).contiguous(), *shape)
    packed = pipe._pack_latents(source.to(noise.dtype).expand(shape).contiguous(), *shape)
    over = Over(packed, pipe._pack_latents(noise[:, 0].contiguous(), *shape), free)
    sigmas = [float(each) for each in np.linspace(params["strength"], params["strength"] / steps, steps)]
    return Start(over, over.at(first(pipe, sigmas, packed.shape[1])), sigmas)


def encode(pipe: Any, image: Image.Image) -> Any:
    """A picture of the working size -> normal latents (1, channels, rows, columns)."""
    image = image.convert("RGBA" if isinstance(pipe, QwenImage21Pipeline) else "RGB")
    pixels = pipe.image_processor.preprocess(image, height=image.height, width=image.width).unsqueeze(2)
    config = pipe.vae.config
    latents = pipe.vae.encode(pixels.to(pipe._execution_device, pipe.vae.dtype)).latent_dist.mode()[:, :, 0]
    mean = torch.tensor(config.latents_mean).view(1, -1, 1, 1).to(latents)
    return (latents - mean) / torch.tensor(config.latents_std).view(1, -1, 1, 1).to(latents)


def first(pipe: Any, sigmas: list[float], tokens: int) -> float:
    """Where the pipeline will begin: its scheduler shifts what it is given by how many tokens there are."""
    config = pipe.scheduler.config
    mu = calculate_shift(
        tokens, config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096),
        config.get("base_shift", 0.5), config.get("max_shift", 1.15),
    )  # fmt: skip
    pipe.scheduler.set_timesteps(sigmas=sigmas, mu=mu, device="cpu")
    return float(pipe.scheduler.sigmas[0])

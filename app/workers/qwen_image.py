"""Qwen-Image, from params to pictures: every pipeline of the family that diffusers loads by from_pretrained."""

import gc
import hashlib
import importlib.util
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline
from diffusers.utils.logging import disable_progress_bar
from PIL import Image

from app.workers import preview
from app.workers.engine import OnStep, Peek, Picture
from app.workers.hardware import Choice, offload_for

logger = logging.getLogger(__name__)

# What the preview map is fitted on when a model comes without one: plain colours and shapes, few steps.
WARM_UP_PROMPTS = ["a red and blue kite over a green hill, white clouds", "a city street at night, yellow lamps"]
WARM_UP_STEPS = 8


class QwenImage:
    """One loaded pipeline. Not thread safe: schedulers and decoders keep state, so one run at a time."""

    def __init__(self, name: str, choice: Choice, cache_dir: Path, compile: bool = False) -> None:
        self.name = name
        self.choice = choice
        self.cache_dir = cache_dir
        self.compile = compile
        self.learns_previews = True
        self.weights: preview.Array | None = None

    def setup(self) -> None:
        if not sys.stderr.isatty():
            disable_progress_bar()
        if self.choice.device == "cpu":
            # One core is left to the pages and whoever looks at them: threads that wait for one another at every
            # operation stand still together when any of them has to share its core.
            cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
            torch.set_num_threads(max(1, cores - 1))
        # 1. Load. The dtype is always said: parts of one folder may be stored in different ones.
        dtype = getattr(torch, self.choice.dtype)
        self.pipe: Any = DiffusionPipeline.from_pretrained(self.name, dtype=dtype, **self._processor())
        self.pipe.set_progress_bar_config(disable=True)
        # 2. Place.
        offload = self.choice.offload
        if offload == "auto":
            offload = offload_for(self._parts(), torch.cuda.mem_get_info()[0])
            logger.info("OFFLOAD auto: %s", offload)
        if offload == "model":
            self.pipe.enable_model_cpu_offload(device=self.choice.device)
        elif offload == "sequential":
            self.pipe.enable_sequential_cpu_offload(device=self.choice.device)
        else:
            self.pipe.to(self.choice.device)
        # 3. Speed. The backend is said even when it is the default: diffusers keeps it for the whole process.
        self.pipe.transformer.set_attention_backend(self.choice.attention)
        if self.compile:
            self.pipe.transformer.compile_repeated_blocks(fullgraph=True)
        # 4. See. The scheduler is the only place where the noise estimate is at hand.
        self.estimate = Estimate(self.pipe.scheduler)
        if self.learns_previews:
            self.weights = self._preview_weights()

    def _parts(self) -> list[int]:
        """Bytes of each part's weights."""
        parts = [part for part in self.pipe.components.values() if isinstance(part, torch.nn.Module)]
        return [sum(tensor.numel() * tensor.element_size() for tensor in part.parameters()) for part in parts]

    def unload(self) -> None:
        """Let go of the weights: two large models rarely fit on one GPU."""
        del self.pipe, self.estimate
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def run(self, params: dict[str, Any], on_step: OnStep) -> list[Picture]:
        """One generator for each picture, so that a seed gives the same picture whatever it was made beside."""
        seeds = [params["seed"] + n for n in range(params["num_images_per_prompt"])]
        total = params["num_inference_steps"]
        self.estimate.fresh()

        def step_ended(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(index + 1, total, self._peek(params["height"], params["width"]))
            return {}  # Qwen's pipelines take values out of what a callback returns, so None would break them

        try:
            with torch.inference_mode():
                images = self.pipe(
                    prompt=params["prompt"],
                    # Guidance needs something to move away from; a space is what the models were trained with.
                    negative_prompt=params["negative_prompt"] or " ",
                    height=params["height"],
                    width=params["width"],
                    num_inference_steps=total,
                    true_cfg_scale=params["true_cfg_scale"],
                    num_images_per_prompt=len(seeds),
                    generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                    callback_on_step_end=step_ended,
                ).images
        finally:
            self.pipe.maybe_free_model_hooks()  # a callback that raised has skipped this
        return [Picture(opaque(image), seed) for image, seed in zip(images, seeds, strict=True)]

    def _peek(self, height: int, width: int) -> Peek:
        def peek() -> Callable[[], list[Image.Image]]:
            grids = self._grid(self.estimate.x0(), height, width).to("cpu", non_blocking=True)
            copied = torch.cuda.Event() if grids.is_pinned() else None
            if copied:
                copied.record()

            def pictures() -> list[Image.Image]:
                if copied:
                    copied.synchronize()
                return [] if self.weights is None else [preview.draw(self.weights, grid) for grid in grids.numpy()]

            return pictures

        return peek

    def _grid(self, latents: Any, height: int, width: int) -> Any:
        """Packed latents -> (pictures, rows, columns, channels), float32."""
        unpacked = self.pipe._unpack_latents(latents, height, width, self.pipe.vae_scale_factor)
        return unpacked[:, :, 0].permute(0, 2, 3, 1).float()

    def _processor(self) -> dict[str, Any]:
        """Qwen3-VL's processor wants torchvision for videos; pictures from text need no video."""
        if importlib.util.find_spec("torchvision") or not (Path(self.name) / "processor").is_dir():
            return {}
        from transformers import Qwen3VLProcessor

        class WithoutVideo(Qwen3VLProcessor):  # type: ignore[misc]
            @classmethod
            def get_attributes(cls) -> list[str]:
                return ["image_processor", "tokenizer"]

        return {"processor": WithoutVideo.from_pretrained(Path(self.name) / "processor")}

    def _preview_weights(self) -> Any:
        """Stored beside the model, or fitted once to this model's own decoder and kept in the data folder."""
        beside = Path(self.name) / "preview.safetensors"
        kept = self.cache_dir / f"{hashlib.sha256(self.name.encode()).hexdigest()[:16]}.safetensors"
        for path in (beside, kept):
            if (weights := preview.load(path)) is not None:
                return weights.astype("float32")
        logger.info("learning how %s looks before it is finished; only this once", self.name)
        weights = preview.fit(self.pairs(WARM_UP_PROMPTS, 512, WARM_UP_STEPS), side=2)
        preview.save(kept, weights)
        return weights

    def pairs(self, prompts: list[str], size: int, steps: int) -> list[tuple[Any, Image.Image]]:
        """Finished latents with their pictures, to fit a preview map on."""
        found = []
        for seed, prompt in enumerate(prompts):
            asked = {
                "prompt": prompt, "negative_prompt": "", "height": size, "width": size, "seed": seed,
                "num_inference_steps": steps, "true_cfg_scale": 4.0, "num_images_per_prompt": 1,
            }  # fmt: skip
            picture = self.run(asked, lambda step, total, peek: None)[0].image
            found.append((self._grid(self.estimate.x0(), size, size)[0].cpu().numpy(), picture))
        return found


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


def opaque(image: Image.Image) -> Image.Image:
    """Qwen-Image 2.1 gives RGBA; what has no holes is kept as RGB."""
    if image.mode == "RGBA":
        floor = image.getchannel("A").getextrema()[0]
        if isinstance(floor, int) and floor < 250:
            ground = Image.new("RGBA", image.size, "white")
            return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")

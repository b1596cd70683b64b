"""Qwen-Image, from params to pictures: every pipeline of the family that diffusers loads by from_pretrained."""

import hashlib
import importlib.util
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline, QwenImage21Pipeline
from diffusers.utils.logging import disable_progress_bar
from PIL import Image

from app.workers import pictures_over, preview
from app.workers.engine import OnStep, Peek, Picture, Progress
from app.workers.estimate import Estimate
from app.workers.hardware import Choice
from app.workers.over import Over
from app.workers.placing import make_room, place

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
        # 1. Load. The dtype is always said: parts of one folder may be stored in different ones.
        dtype = getattr(torch, self.choice.dtype)
        self.pipe: Any = DiffusionPipeline.from_pretrained(self.name, dtype=dtype, **self._processor())
        self.pipe.set_progress_bar_config(disable=True)
        # 2. Place.
        place(self.pipe, self.choice)
        # 3. Speed. The backend is said even when it is the default: diffusers keeps it for the whole process.
        self.pipe.transformer.set_attention_backend(self.choice.attention)
        if self.compile:
            self.pipe.transformer.compile_repeated_blocks(fullgraph=True)
        # 4. See. The scheduler is the only place where the noise estimate is at hand.
        self.estimate = Estimate(self.pipe.scheduler)
        if self.learns_previews:
            self.weights = self._preview_weights()

    def unload(self) -> None:
        """Let go of the weights: two large models rarely fit on one GPU."""
        del self.pipe, self.estimate
        make_room()

    def run(self, params: dict[str, Any], on_step: OnStep) -> list[Picture]:
        """One generator for each picture, so that a seed gives the same picture whatever it was made beside."""
        seeds = [params["seed"] + n for n in range(params["num_images_per_prompt"])]
        total = params["num_inference_steps"]
        generator = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        self.estimate.fresh()
        over: Over | None = None

        def step_ended(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(Progress(index + 1, total, self._peek(params["height"], params["width"])))
            # Qwen's pipelines take values out of what a callback returns, so None would break them.
            return {"latents": over.kept(tensors["latents"], pipe.scheduler.sigmas[index + 1])} if over else {}

        try:
            with torch.inference_mode():
                more: dict[str, Any] = {}
                if params.get("task_type") == "edit":
                    more = self._references(params)
                elif params.get("image"):
                    over, latents, sigmas = pictures_over.start(self.pipe, params, generator)
                    more = {"latents": latents, "sigmas": sigmas}
                images = self.pipe(
                    prompt=params["prompt"],
                    # Guidance needs something to move away from; a space is what the models were trained with.
                    negative_prompt=params["negative_prompt"] or " ",
                    height=params["height"],
                    width=params["width"],
                    num_inference_steps=total,
                    true_cfg_scale=params["true_cfg_scale"],
                    num_images_per_prompt=len(seeds),
                    generator=generator,
                    callback_on_step_end=step_ended,
                    **more,
                ).images
        finally:
            self.pipe.maybe_free_model_hooks()  # a callback that raised has skipped this
        return [Picture(opaque(image), seed) for image, seed in zip(images, seeds, strict=True)]

    def _references(self, params: dict[str, Any]) -> dict[str, Any]:
        """What an instruction is about. Qwen-Image 2.1 looks at it as large as it draws, the others as they like."""
        if not isinstance(self.pipe, QwenImage21Pipeline):
            return {"image": params["image"]}
        return {"image": params["image"], "output_resolution": round((params["width"] * params["height"]) ** 0.5)}

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
            picture = self.run(asked, lambda progress: None)[0].image
            found.append((self._grid(self.estimate.x0(), size, size)[0].cpu().numpy(), picture))
        return found


def opaque(image: Image.Image) -> Image.Image:
    """Qwen-Image 2.1 gives RGBA; what has no holes is kept as RGB."""
    if image.mode == "RGBA":
        floor = image.getchannel("A").getextrema()[0]
        if isinstance(floor, int) and floor < 250:
            ground = Image.new("RGBA", image.size, "white")
            return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")

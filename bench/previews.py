"""What one preview costs: the linear map and a JPEG, beside decoding the same latents with the model's own decoder."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from app import catalog, settings
from app.workers import preview
from app.workers.hardware import choose
from app.workers.qwen_image import QwenImage
from app.workers.reporter import encode
from bench.report import Row, note, row

TITLE = "previews: what looking costs"
ROUNDS = 5
TIMES = 20


def run(say: Callable[[str], None]) -> list[Row]:
    say("loading the model")
    model = next(iter(catalog.models().values()))
    engine = QwenImage(model.id, choose(settings.get()), Path("var/previews"))
    engine.setup()
    size = model.sizes[0]
    if (weights := engine.weights) is None:
        raise SystemExit("This model has no preview map.")
    step, grids, latents = _one_picture(engine, model, size)
    decoded = _decode(engine, latents, size)
    ours, drawing, decoding = list[float](), list[float](), list[float]()
    encodings: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        say(f"round {turn + 1} of {ROUNDS}")
        ours.append(_milliseconds(lambda: encode(lambda: [preview.draw(weights, grids)])))
        drawing.append(_milliseconds(lambda: preview.draw(weights, grids)))
        decoding.append(_milliseconds(lambda: _save(_decode(engine, latents, size), "JPEG", quality=70)))
        for name, options in ENCODERS.items():
            picture = decoded.resize((256, 256))
            encodings.setdefault(name, []).append(_milliseconds(lambda: _save(picture, name.split()[0], **options)))  # noqa: B023
    drawn = preview.draw(weights, grids).resize(decoded.size, Image.Resampling.BICUBIC)
    return [
        row("one preview, drawn and encoded", ours, unit="ms", peer=decoding, peer_name="real decoder + JPEG"),
        row("the same as a part of one step", [each / step * 100 for each in ours], unit="%", most=5),
        row("drawing alone", drawing, unit="ms"),
        row("closeness to the real decoder's picture", [_psnr(drawn, decoded)], unit="dB"),
        *(row(f"encoding 256 x 256 as {name}", times, unit="ms", peer=encodings["JPEG q70"], peer_name="JPEG q70")
          for name, times in encodings.items() if name != "JPEG q70"),
        note("A preview is drawn on a thread beside the model: its cost is not added to a step."),
    ]  # fmt: skip


ENCODERS: dict[str, dict[str, Any]] = {
    "JPEG q70": {"quality": 70}, "WEBP method 0": {"quality": 60, "method": 0},
    "WEBP method 4": {"quality": 60, "method": 4}, "PNG level 1": {"compress_level": 1},
}  # fmt: skip


def _one_picture(engine: QwenImage, model: catalog.Model, size: catalog.Size) -> tuple[float, Any, Any]:
    """Milliseconds a step takes unwatched, and the finished latents as a grid and as the pipeline packs them."""
    asked = {
        "prompt": model.example_prompts["en"][0], "negative_prompt": "", "width": size[0], "height": size[1],
        "num_inference_steps": model.steps, "true_cfg_scale": model.true_cfg_scale, "seed": 1,
        "num_images_per_prompt": 1,
    }  # fmt: skip
    times: list[float] = []
    engine.run(asked, lambda progress: times.append(time.perf_counter()))
    packed = engine.estimate.x0()
    grid = engine._grid(packed, size[1], size[0])[0].cpu().numpy()
    return float(np.median(np.diff(times))) * 1000, grid, packed


def _decode(engine: QwenImage, packed: Any, size: catalog.Size) -> Image.Image:
    pipe = engine.pipe
    latents = pipe._unpack_latents(packed, size[1], size[0], pipe.vae_scale_factor).to(pipe.vae.dtype)
    shape = (1, pipe.vae.config.z_dim, 1, 1, 1)
    mean, std = (torch.tensor(each).view(shape) for each in (pipe.vae.config.latents_mean, pipe.vae.config.latents_std))
    with torch.inference_mode():
        image = pipe.vae.decode(latents * std.to(latents) + mean.to(latents), return_dict=False)[0][:, :, 0]
    found: Image.Image = pipe.image_processor.postprocess(image, output_type="pil")[0]
    return found.convert("RGB")


def _save(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        call()
    return (time.perf_counter() - began) / TIMES * 1000


def _psnr(one: Image.Image, other: Image.Image) -> float:
    error = ((np.asarray(one, float) - np.asarray(other, float)) ** 2).mean()
    return float(10 * np.log10(255**2 / error))

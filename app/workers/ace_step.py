"""ACE-Step, from params to a song: every pipeline of the family that diffusers loads by from_pretrained."""

import hashlib
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AceStepPipeline
from safetensors.numpy import load_file, save_file

from app.workers import cover, songs_over, sound
from app.workers.engine import Listen, OnStep, Peek, Progress, Song
from app.workers.estimate import Estimate
from app.workers.hardware import Choice
from app.workers.over import Over
from app.workers.placing import make_room, place

logger = logging.getLogger(__name__)

PREVIEW_SIDE = 320
# Of a short song not half: decoding what is heard early would cost more than the steps between.
HEARD_SECONDS, HEARD_SHARE = 4.0, 0.25
HEARD = ("repainting_start", "repainting_end", "audio_cover_strength")
# What the energy map is fitted on when a model comes without one.
WARM_UP = [("soft piano, slow", 1), ("loud drums and bass", 2)]
WARM_UP_SECONDS, WARM_UP_STEPS = 8.0, 8


class AceStep:
    """One loaded pipeline. Not thread safe: its scheduler keeps state, so one run at a time."""

    def __init__(
        self, name: str, choice: Choice, cache_dir: Path, guidance_scale: float, shift: float, hears: bool = False
    ) -> None:
        self.name = name
        self.choice = choice
        self.cache_dir = cache_dir
        self.guidance_scale = guidance_scale
        self.shift = shift
        self.hears = hears
        self.weights: Any = None

    def setup(self) -> None:
        # 1. Load and place. The dtype is always said: parts of one folder may be stored in different ones.
        self.pipe: Any = AceStepPipeline.from_pretrained(self.name, dtype=getattr(torch, self.choice.dtype))
        self.pipe.set_progress_bar_config(disable=True)
        place(self.pipe, self.choice)
        # 2. Hear. The scheduler is the only place where the noise estimate is at hand.
        self.estimate = Estimate(self.pipe.scheduler)
        self.weights = self._energy_weights()

    def unload(self) -> None:
        """Let go of the weights: two large models rarely fit on one GPU."""
        del self.pipe, self.estimate
        make_room()

    def run(self, params: dict[str, Any], on_step: OnStep) -> list[Song]:
        total, seed, rate = params["num_inference_steps"], params["seed"], self.pipe.sample_rate
        generator = torch.Generator("cpu").manual_seed(seed)
        source = self._source(params)
        over: Over | None = None
        self.estimate.fresh()

        def step_ended(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(Progress(index + 1, total, self._peek(seed), self._listen(params)))
            return {"latents": over.kept(tensors["latents"], pipe.scheduler.sigmas[index + 1])} if over else {}

        try:
            with torch.inference_mode():
                more = self._heard(params, source)
                if source is not None and more.get("task_type") != "cover":
                    over, latents, timesteps = songs_over.start(self.pipe, params, source, generator, self.shift)
                    more |= {"latents": latents, "timesteps": timesteps}
                audio = self.pipe(
                    prompt=params["prompt"],
                    lyrics=params["lyrics"],
                    vocal_language=params["vocal_language"],
                    audio_duration=params["audio_duration"],
                    bpm=params["bpm"],
                    keyscale=params["keyscale"] or None,
                    timesignature=params["timesignature"] or None,
                    num_inference_steps=total,
                    guidance_scale=params["guidance_scale"],
                    shift=self.shift,
                    generator=generator,
                    callback_on_step_end=step_ended,
                    **more,
                ).audios[0]
        finally:
            self.pipe.maybe_free_model_hooks()  # a callback that raised has skipped this
        samples = audio.float().cpu().numpy()[:, : round(params["audio_duration"] * rate)]
        if source is not None and over and over.free is not None:
            before = source[:, : samples.shape[1]]
            samples = songs_over.kept(samples, before, rate, params["repainting_start"], params["repainting_end"])
        return [Song(samples, rate, seed, self._energy(self.estimate.x0()[0].float().cpu().numpy()))]

    def _source(self, params: dict[str, Any]) -> Any:
        """float32 (channels, samples), in whole frames and as long as the song is to be; None for one from words."""
        if not params.get("src_audio"):
            return None
        frames = math.ceil(params["audio_duration"] * self.pipe.latents_per_second)
        samples = sound.decode(params["src_audio"], self.pipe.sample_rate, self.pipe.vae.config.audio_channels)
        return songs_over.fitted(samples, round(frames * self.pipe.sample_rate / self.pipe.latents_per_second))

    def _heard(self, params: dict[str, Any], source: Any) -> dict[str, Any]:
        """What a model that was trained to hear sounds is given of them."""
        more: dict[str, Any] = {}
        if reference := params.get("reference_audio"):
            samples = sound.decode(reference, self.pipe.sample_rate, self.pipe.vae.config.audio_channels)
            more["reference_audio"] = torch.from_numpy(samples)
        cover_of = params.get("task_type") == "cover"
        # A cover is heard as tokens: without their tokenizer it starts from latents, as for models that hear nothing.
        if self.hears and source is not None and not (cover_of and self.pipe.audio_tokenizer is None):
            more["src_audio"] = torch.from_numpy(source)
            more["task_type"] = "cover" if cover_of else "repaint"
            more |= {name: params[name] for name in HEARD if name in params}
        return more

    def _peek(self, seed: int) -> Peek:
        def peek() -> Callable[[], list[Any]]:
            latents = self.estimate.x0()[0].float().to("cpu", non_blocking=True)
            return lambda: [cover.draw(self._energy(latents.numpy()), seed, PREVIEW_SIDE)]

        return peek

    def _listen(self, params: dict[str, Any]) -> Listen:
        """Its beginning as it would sound if it ended here; of a changed part, the beginning of that part."""

        def listen() -> Callable[[], bytes]:
            seconds = min(HEARD_SECONDS, HEARD_SHARE * params["audio_duration"])
            frames = round(seconds * self.pipe.latents_per_second)
            begin = round(params.get("repainting_start", 0.0) * self.pipe.latents_per_second)
            latents = self.estimate.x0()[:1, begin : begin + frames].clone()

            def heard() -> bytes:
                with torch.inference_mode():
                    audio = self.pipe.vae.decode(latents.transpose(1, 2).to(self.pipe.vae.dtype)).sample[0]
                samples = audio.float().cpu().numpy()
                return sound.encode(samples * (0.7 / max(1e-6, np.abs(samples).max())), self.pipe.sample_rate, "mp3")

            return heard

        return listen

    def _energy(self, latents: Any) -> Any:
        """latents (frames, channels) -> loudness of each frame from 0 to 1."""
        if self.weights is None:
            return np.zeros(len(latents), np.float32)
        return np.clip(features(latents) @ self.weights, 0, 1)

    def _energy_weights(self) -> Any:
        """Stored beside the model, or fitted once to this model's own decoder and kept in the data folder."""
        beside = Path(self.name) / "energy.safetensors"
        kept = self.cache_dir / f"{hashlib.sha256(self.name.encode()).hexdigest()[:16]}-energy.safetensors"
        for path in (beside, kept):
            if path.exists():
                return load_file(path)["weights"]
        logger.info("learning how %s sounds before it is finished; only this once", self.name)
        weights = fit([self._warm_up(prompt, seed) for prompt, seed in WARM_UP])
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file({"weights": weights}, kept)
        return weights

    def _warm_up(self, prompt: str, seed: int) -> tuple[Any, Any]:
        """Finished latents with the loudness of their frames."""
        asked = {
            "prompt": prompt, "lyrics": "", "vocal_language": "en", "audio_duration": WARM_UP_SECONDS, "bpm": None,
            "keyscale": "", "timesignature": "", "num_inference_steps": WARM_UP_STEPS,
            "guidance_scale": self.guidance_scale, "seed": seed,
        }  # fmt: skip
        song = self.run(asked, lambda progress: None)[0]
        latents = self.estimate.x0()[0].float().cpu().numpy()
        frames = song.samples.shape[1] // len(latents)
        heard = song.samples[:, : frames * len(latents)].reshape(len(song.samples), len(latents), frames)
        return latents, np.sqrt((heard**2).mean(axis=(0, 2)))


def features(latents: Any) -> Any:
    """(frames, channels) -> (frames, 2 * channels + 1): loudness grows with how far a latent is from its mean."""
    return np.concatenate([latents, latents**2, np.ones((len(latents), 1), latents.dtype)], axis=1)


def fit(pairs: list[tuple[Any, Any]]) -> Any:
    """Least squares from latents to loudness, the loudest moment being 1."""
    x = np.concatenate([features(latents) for latents, _ in pairs])
    y = np.concatenate([loud for _, loud in pairs])
    y = y / max(1e-6, float(np.quantile(y, 0.99)))
    return np.linalg.solve(x.T @ x + 1e-2 * len(x) * np.eye(x.shape[1]), x.T @ y).astype(np.float32)
